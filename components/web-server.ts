import type { Deployment } from "../adapters/service-deployment.ts";

/** What a new instance runs at its first start: the declared image with its environment (names at AWS only), and no secret. */
export function webServer(
  { image, port, user }: Deployment,
  environment: Readonly<Record<string, string>> = {},
): string {
  if (image.kind === "build")
    throw new Error(
      "deploy.image is build; instances take a reference only. Push the image and name it, or use fargate.",
    );
  // The role's credentials are one hop away: within reach of the host's own network only.
  const network = Object.keys(environment).length > 0 ? "--network host" : `--publish ${port}:${port}`;
  const variables = Object.entries(environment).map(([name, value]) => `--env ${name}=${value} `);
  return `#!/bin/bash
set -euo pipefail
dnf install --assumeyes docker
systemctl enable --now docker
docker run --detach --name web --restart always ${network} \\
  --user ${user} --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \\
  --log-opt max-size=10m --log-opt max-file=3 ${variables.join("")}${image.reference}
`;
}
