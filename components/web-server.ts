import { DEFAULT_INSTANCES } from "../adapters/instance-settings.ts";
import type { Deployment } from "../adapters/service-deployment.ts";
import type { TaskProfile } from "../policy/service.ts";
import { instanceDraining, stopTimeout } from "./request-timing.ts";

/** Names of the hooks, unique within their group; the instance names them when it is done. */
export const HOOKS = { launch: "launch", terminate: "terminate" } as const;

/** The instance's tag that names its log group: so user data stays constant, and holds nothing that a deployment makes. */
export const LOGS_TAG = "setpoint:logs";

/** What an instance takes as user data, in bytes before base64 (EC2 user guide, "Instance user data"). */
export const MOST_USER_DATA = 16_384;

export interface WebServerArgs {
  readonly deployment: Deployment;
  readonly capacity: TaskProfile;
  readonly region: string;
  /** Names of what the service is granted: `storageEnvironment`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Which hooks wait for the instance. */
  readonly hooks: readonly (keyof typeof HOOKS)[];
}

/** What a new instance runs at its first start: the declared image with its environment (names at AWS only), and no secret. Constant for a declaration. */
export function webServer(args: WebServerArgs): string {
  const { deployment, capacity, region, hooks, environment = {} } = args;
  const { image, port, user, instances = DEFAULT_INSTANCES } = deployment;
  if (image.kind === "build")
    throw new Error(
      "deploy.image is build; instances take a reference only. Push the image and name it, or use fargate.",
    );
  // The role's credentials are one hop away: within reach of the host's own network only.
  const onHost = Object.keys(environment).length > 0;
  const network = onHost ? "--network host" : `--publish ${port}:${port}`;
  const variables = Object.entries(environment).map(([name, value]) => `--env ${name}=${value} `);
  return `#!/bin/bash
set -euo pipefail
${FUNCTIONS}
retry dnf install --assumeyes docker
systemctl enable --now docker
${instances.setup === undefined ? "" : `(\n${instances.setup.trimEnd()}\n)\n`}${pull(image.reference)}
logs=$(retry imds tags/instance/${LOGS_TAG})
instance=$(retry imds instance-id)
${onHost && port < 1024 ? lowPorts(port) : ""}docker rm --force web > /dev/null 2>&1 || true # a restored disk has one
docker run --detach --name web --restart always ${network} \\
  --user ${user} --read-only --tmpfs /tmp:size=64m --cap-drop ALL --security-opt no-new-privileges \\
  --stop-timeout ${stopTimeout(capacity)} --log-driver awslogs --log-opt awslogs-region=${region} \\
  --log-opt awslogs-group="$logs" --log-opt awslogs-stream="$instance" \\
  --log-opt mode=non-blocking --log-opt max-buffer-size=25m ${variables.join("")}${image.reference}
${hooks.includes("launch") ? readiness(args) : ""}${hooks.includes("terminate") ? farewell(args) : ""}`;
}

/** Five tries, 2 to 16 s apart; and the instance's own metadata, by IMDSv2. */
const FUNCTIONS = `retry() {
  for pause in 2 4 8 16; do "$@" && return; sleep $pause; done
  "$@"
}
imds() {
  local at=http://169.254.169.254/latest token
  token=$(curl -sf -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" $at/api/token) &&
    curl -sf -H "X-aws-ec2-metadata-token: $token" "$at/meta-data/$1"
}`;

/** ECR's token is the role's, lasts hours, and is not kept. */
function pull(reference: string): string {
  const [, host, region] =
    /^(\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?)\//.exec(reference) ?? [];
  if (host === undefined) return `retry docker pull ${reference}`;
  return `login() { aws ecr get-login-password --region ${region} | docker login --username AWS --password-stdin ${host}; }
retry login
retry docker pull ${reference}
docker logout ${host}`;
}

/** Docker lets an unprivileged user listen below 1024 in a network of the container's own; the host's asks for it. */
function lowPorts(port: number): string {
  return `echo net.ipv4.ip_unprivileged_port_start=${port} > /etc/sysctl.d/90-setpoint.conf
sysctl --system
`;
}

const complete = (region: string, hook: string) =>
  `retry aws autoscaling complete-lifecycle-action --region ${region} --lifecycle-hook-name ${hook} \\
  --lifecycle-action-result CONTINUE --instance-id "$(retry imds instance-id)" \\
  --auto-scaling-group-name "$(retry imds tags/instance/aws:autoscaling:groupName)"`;

/** Each start, from a warm pool too, is reported once the container answers; a group waits for no other. */
function readiness({ deployment: { port, health, protocol }, region }: WebServerArgs): string {
  const url = `${protocol}://localhost:${port}${health.path.replaceAll("'", "%27")}`;
  // Like the balancer's, the check takes any certificate; which other codes are healthy, the balancer decides.
  const flags = health.matcher === undefined ? "-sfk" : "-sk";
  return `cat > /var/lib/cloud/scripts/per-boot/setpoint-ready <<'END'
#!/bin/bash
${FUNCTIONS}
until curl ${flags} --max-time 5 --output /dev/null '${url}'; do
  [ $SECONDS -lt 7200 ] || exit 1
  sleep 2
done
${complete(region, HOOKS.launch)}
exit 0 # after a reboot no hook waits
END
chmod +x /var/lib/cloud/scripts/per-boot/setpoint-ready
/var/lib/cloud/scripts/per-boot/setpoint-ready
`;
}

/** An instance that is to end lets the balancer drain it, then its container finish and send its last logs. */
function farewell({ deployment, capacity, region }: WebServerArgs): string {
  return `cat > /usr/local/bin/setpoint-farewell <<'END'
#!/bin/bash
${FUNCTIONS}
until [[ "$(imds autoscaling/target-lifecycle-state)" == *Terminated ]]; do sleep 5; done
sleep ${instanceDraining(capacity, deployment.deregistrationDelay)}
docker stop web
${complete(region, HOOKS.terminate)}
END
chmod +x /usr/local/bin/setpoint-farewell
cat > /etc/systemd/system/setpoint-farewell.service <<'END'
[Unit]
After=docker.service
[Service]
ExecStart=/usr/local/bin/setpoint-farewell
Restart=on-failure
[Install]
WantedBy=multi-user.target
END
systemctl enable --now setpoint-farewell
`;
}
