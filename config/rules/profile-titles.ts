import type { Rule } from "./rule";
import { allHubs } from "./walk";

export const profileTitles: Rule = {
  id: "profile-titles",
  reason: "A form with two entries of one title lets nobody tell them apart.",
  check: (federation) =>
    allHubs(federation).flatMap(({ site, hub }) =>
      hub.profiles.flatMap((profile, i) => {
        const same = hub.profiles.slice(0, i).find((p) => p.title.trim() === profile.title.trim());
        if (!same) return [];
        const path = ["hubs", hub.id, "profiles", profile.id, "title"];
        return [{ site: site.id, path, message: `profile ${same.id} has this title too`, fix: "change one of them" }];
      }),
    ),
};
