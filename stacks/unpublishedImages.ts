import type { EnvironmentName } from "../config/schema";
import type { PolicyException } from "../policy/exceptions";

/**
 * The systems' images are examples that nobody has published, so there is no digest to pin them by. Take this out of a declaration with the first
 * deployment of its own: `npm run deploy -- prod user-management=1.2.3@sha256:<digest>`.
 */
export function unpublishedImages(environment: EnvironmentName): readonly PolicyException[] {
    return environment === "prod"
        ? [
              {
                  rule: "images-pinned-by-digest",
                  subject: "ghcr.io/your-org/*",
                  reason: "Nobody has published the images that this repository names, so they have no digest yet",
                  until: "2027-11-30",
              },
          ]
        : [];
}
