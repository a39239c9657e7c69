import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { EnvironmentSettings } from "../adapters/environment-settings.ts";

/** One container of a task. */
export interface ContainerArgs extends Pick<EnvironmentSettings, "secrets"> {
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  readonly name: string;
  readonly image: pulumi.Input<string>;
  readonly user: number;
  readonly essential: boolean;
  readonly command?: readonly string[];
  /** Listens there, if it serves. */
  readonly port?: number;
  /** CPU units and MiB; left out, whatever the task has. */
  readonly cpu?: number;
  readonly memory?: number;
  readonly memoryReservation?: number;
  /** Seconds. */
  readonly stopTimeout: number;
  readonly windows: boolean;
  /** Writable folders for ECS Exec's agent. */
  readonly shells: boolean;
  readonly logGroup: aws.cloudwatch.LogGroup;
  readonly region: string;
}

/** A container as ECS takes it: unprivileged, on a read-only file system with a little memory for temporary files. */
export function containerDefinition(args: ContainerArgs) {
  const { name, image, essential, command, cpu, memory, memoryReservation, port } = args;
  return {
    ...{ name, image, essential },
    ...(command === undefined ? {} : { command }),
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
    ...(memoryReservation === undefined ? {} : { memoryReservation }),
    ...(args.windows ? { user: "ContainerUser" } : confined(args)),
    ...(port === undefined ? {} : { portMappings: [{ containerPort: port, protocol: "tcp" }] }),
    ...variables(args),
    stopTimeout: args.stopTimeout,
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": args.logGroup.name,
        "awslogs-region": args.region,
        "awslogs-stream-prefix": name,
        mode: "non-blocking", // a slow log service must not stop requests
        "max-buffer-size": "25m",
      },
    },
  };
}

/** MiB of the task's memory; Fargate mounts tmpfs since January 2026. */
const TEMPORARY = 64;

/** Where ECS Exec's agent writes; with these, the rest may stay read-only (aws/containers-roadmap#1359). */
const AGENT_FOLDERS = {
  "exec-agents": "/managed-agents",
  "exec-state": "/var/lib/amazon/ssm",
  "exec-logs": "/var/log/amazon/ssm",
};

/** Volumes of a task in whose containers operators may open shells; Fargate mounts none for Windows, whose files are writable. */
export function shellVolumes({ shells, windows }: Pick<ContainerArgs, "shells" | "windows">) {
  return shells && !windows ? { volumes: Object.keys(AGENT_FOLDERS).map((name) => ({ name })) } : {};
}

/** What Linux takes away from a process; Windows has none of it. */
function confined({ user, port, shells }: ContainerArgs) {
  const mounts = Object.entries(AGENT_FOLDERS).map(([sourceVolume, containerPath]) => ({
    sourceVolume,
    containerPath,
  }));
  return {
    user: String(user),
    privileged: false,
    readonlyRootFilesystem: true,
    linuxParameters: {
      initProcessEnabled: true,
      // Lists that are left out AWS hands back empty, and the provider takes that for a change: a new definition, and a deployment, with each update.
      capabilities: { add: [], drop: ["ALL"] },
      tmpfs: [{ containerPath: "/tmp", size: TEMPORARY, mountOptions: ["nosuid", "nodev"] }],
    },
    ...(shells ? { mountPoints: mounts } : {}),
    // Without it only root may listen below 1024.
    ...(port !== undefined && port < 1024
      ? { systemControls: [{ namespace: "net.ipv4.ip_unprivileged_port_start", value: "0" }] }
      : {}),
  };
}

/** Sorted, as ECS hands them back: the same declaration is the same definition. */
function variables({ environment, secrets }: ContainerArgs) {
  const byName = <T>(entries: readonly [string, T][]) => entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const plain = byName(Object.entries(environment)).map(([name, value]) => ({ name, value }));
  const read = byName(Object.entries(secrets)).map(([name, { valueFrom }]) => ({ name, valueFrom }));
  return {
    ...(plain.length === 0 ? {} : { environment: plain }),
    ...(read.length === 0 ? {} : { secrets: read }),
  };
}
