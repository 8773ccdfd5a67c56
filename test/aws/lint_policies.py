"""Lints policy documents of IAM by parliament.

Reads a list of {"name", "document"} as JSON and prints what it finds as JSON: {"name", "issue", "severity", "detail"}.
"""

from __future__ import annotations

import json
import sys

from parliament import analyze_policy_string, enhance_finding


def main() -> None:
    found = [
        {
            "name": one["name"],
            "issue": finding.issue,
            "severity": enhance_finding(finding).severity,
            "detail": str(finding.detail or finding.location),
        }
        for one in json.load(sys.stdin)
        for finding in analyze_policy_string(one["document"]).findings
    ]
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
