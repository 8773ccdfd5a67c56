import type { NodeSize } from "../../config/machines/allocatable";

const boundary = "isthmus";

/**
 * What a node of Amazon Linux 2023 is told when it starts (https://awslabs.github.io/amazon-eks-ami/nodeadm/): how many pods it
 * takes and what it keeps back, so that what pods may have is what was computed; and that a program which runs out of memory ends
 * alone, not the whole notebook server.
 */
export function nodeConfig(pods: number, { cores, memoryBytes }: NodeSize): string {
  const kubelet = {
    maxPods: pods,
    kubeReserved: {
      cpu: `${Math.round(cores * 1000)}m`,
      "ephemeral-storage": "1Gi",
      memory: `${Math.ceil(memoryBytes / 2 ** 20)}Mi`,
    },
    singleProcessOOMKill: true,
  };
  const config = {
    apiVersion: "node.eks.aws/v1alpha1",
    kind: "NodeConfig",
    spec: { kubelet: { config: kubelet } },
  };
  return [
    "MIME-Version: 1.0",
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    "",
    `--${boundary}`,
    "Content-Type: application/node.eks.aws",
    "",
    JSON.stringify(config),
    `--${boundary}--`,
    "",
  ].join("\n");
}
