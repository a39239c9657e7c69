import { z } from "zod";
import type { Compute } from "../policy/service.ts";
import { badInput } from "./bad-input.ts";
import { schemaFaults } from "./schema-faults.ts";
import { dotted } from "./source-document.ts";

/** What runs on a service's tasks or instances, and which requests reach it. */
export interface Deployment {
  readonly image:
    | { readonly kind: "reference"; readonly reference: string }
    /** A folder with a Dockerfile, relative to the program. */
    | { readonly kind: "build"; readonly folder: string };
  readonly port: number;
  readonly healthCheckPath: string;
  /** Path patterns of the balancer: `*` and `?` are wildcards. */
  readonly paths: readonly string[];
  readonly cpuArchitecture: "x86_64" | "arm64";
  /** Numeric user of the container; tasks never run as root. */
  readonly user: number;
}

/** What all services of a stack share. */
export interface DeploymentSettings {
  readonly network: NetworkSettings;
  readonly certificateArn?: string;
  /** Serve plain HTTP; for development only. */
  readonly insecure: boolean;
  /** Hold what must not be lost: deletion protection, access logs, Container Insights. */
  readonly protect: boolean;
  /** Days. */
  readonly logRetention: number;
  readonly flowLogs: boolean;
}

export interface NetworkSettings {
  readonly cidr: string;
  /** Pinned by name: a zone that AWS opens later never joins by itself. */
  readonly zones: readonly string[];
  readonly nat: "none" | "single" | "per-zone";
  /** Interface endpoints; the gateways to S3 and DynamoDB are always there. */
  readonly endpoints: boolean;
}

/** A service that only says what it owes serves nginx, unprivileged and at a pinned version. */
export function defaultDeployment(_compute: Compute["type"]): Deployment {
  return {
    image: { kind: "reference", reference: "public.ecr.aws/nginx/nginx-unprivileged:1.28" },
    port: 8080,
    healthCheckPath: "/",
    paths: ["/*"],
    cpuArchitecture: "x86_64",
    user: 101, // nginx in that image
  };
}

/** Host, repository, then a tag or a digest. */
const REFERENCE = /^[a-z0-9][\w.:/-]*?(?::(?!latest$)[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/;
/** LB-5: Application Load Balancer path patterns; at most 128 characters and 5 wildcards. */
const PATH = /^\/(?!.*\*\*)(?!(?:.*[*?]){6})[\w$./"'@:+&*?~-]{0,127}$/;

const reference = z
  .string("must be an image reference or { build: folder }. Write registry/repository:tag")
  .regex(
    REFERENCE,
    "must be pinned by a tag other than latest, or by a digest. Write registry/repository:1.2.3 or …@sha256:…",
  )
  .transform((reference) => ({ kind: "reference" as const, reference }));
const build = z
  .strictObject({
    build: z
      .string("must be a folder. Write the path of the folder that holds the Dockerfile")
      .regex(
        /^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\0]{1,255}$/,
        "must be a folder inside the project. Write a relative path without `..`",
      ),
  })
  .transform(({ build: folder }) => ({ kind: "build" as const, folder }));

/** The `deploy:` part of a service's declaration; what is left out comes from `defaultDeployment`. */
export const serviceDeploymentSchema = z.strictObject({
  image: z
    .unknown()
    .transform((value, context) => {
      const parsed = (typeof value === "object" && value !== null ? build : reference).safeParse(value);
      if (parsed.success) return parsed.data;
      for (const issue of parsed.error.issues) context.addIssue({ ...issue, code: "custom", input: value });
      return z.NEVER;
    })
    .exactOptional(),
  port: z
    .int("must be a whole number from 1 to 65535. Write the port the container listens on")
    .min(1, "must be at least 1. Write the port the container listens on")
    .max(65535, "must be at most 65535. Write the port the container listens on")
    .exactOptional(),
  healthCheckPath: z
    .string("must be a path. Write one such as /health")
    .max(1024, "must have at most 1024 characters. Shorten it")
    .regex(/^\/[^\s?#]*$/, "must start with / and hold no space, ? or #. Write one such as /health")
    .exactOptional(),
  paths: z
    .array(
      z
        .string()
        .regex(PATH, "must start with /, ≤ 128 characters, ≤ 5 single * or ?. Write one such as /cart/*"),
      "must be a list of paths. Write one such as [/cart, /cart/*]",
    )
    .min(1, "must name at least one path. Write [/*] for every request")
    .exactOptional(),
  cpuArchitecture: z
    .enum(["x86_64", "arm64"], "must be x86_64 or arm64. Write the one the image is built for")
    .exactOptional(),
  user: z
    .int("must be a numeric user. Write the uid the image runs as, such as 1000")
    .min(1, "must not be 0, root (ECS.20). Write an unprivileged uid such as 1000")
    .max(65535, "must be at most 65535. Write an unprivileged uid such as 1000")
    .exactOptional(),
});

/** Days that CloudWatch Logs keeps a log group (PutRetentionPolicy). */
const RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const yesOrNo = z.boolean("must be true or false. Write one of the two");

const settingsSchema = z
  .strictObject({
    network: z.strictObject(
      {
        cidr: z.string("must be a CIDR block. Write one such as 10.0.0.0/16").check((context) => {
          const wrong = wrongCidr(context.value);
          if (wrong !== undefined)
            context.issues.push({ code: "custom", message: wrong, input: context.value });
        }),
        zones: z
          .array(
            z
              .string("must be a zone. Write one such as eu-west-1a")
              .regex(
                /^[a-z]{2}(-[a-z]+)+-\d[a-h]$/,
                "must be an availability zone. Write one such as eu-west-1a",
              ),
            "must be a list of zones. Write one such as [eu-west-1a, eu-west-1b]",
          )
          .min(2, "must hold at least 2 zones: a balancer needs two. Add a zone such as eu-west-1b")
          .refine((zones) => new Set(zones).size === zones.length, "must not repeat a zone. Name each once")
          .refine(
            (zones) => new Set(zones.map(regionOf)).size <= 1,
            "must lie in one region. Name zones of aws:region only",
          ),
        nat: z
          .enum(["none", "single", "per-zone"], "must be none, single or per-zone. Write one of the three")
          .default("per-zone"),
        endpoints: yesOrNo.default(true),
      },
      "must be a map with cidr and zones. Write { cidr: 10.0.0.0/16, zones: [eu-west-1a, eu-west-1b] }",
    ),
    certificateArn: z
      .string("must be the ARN of an ACM certificate. Write arn:aws:acm:REGION:ACCOUNT:certificate/ID")
      .regex(
        /^arn:aws[\w-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/,
        "must be the ARN of an ACM certificate. Write arn:aws:acm:REGION:ACCOUNT:certificate/ID",
      )
      .exactOptional(),
    insecure: yesOrNo.default(false),
    protect: yesOrNo.default(true),
    logRetention: z
      .literal(RETENTIONS, `must be one of ${RETENTIONS.join(", ")} days. Write the nearest longer one`)
      .default(365),
    flowLogs: yesOrNo.default(true),
  })
  .check(({ value: { network, certificateArn, insecure, protect }, issues }) => {
    const wrong = (path: string[], input: unknown, message: string) =>
      issues.push({ code: "custom", path, input, message });
    if (certificateArn === undefined && !insecure)
      wrong(
        ["certificateArn"],
        undefined,
        "HTTPS needs it (ELB.1). Set it, or in development insecure: true",
      );
    if (certificateArn !== undefined && insecure)
      wrong(["insecure"], insecure, "a certificate serves HTTPS. Remove insecure or certificateArn");
    if (protect && insecure)
      wrong(["insecure"], insecure, "protect: true refuses plain HTTP (ELB.1). Set certificateArn");
    const region = regionOf(network.zones[0] ?? "");
    if (certificateArn !== undefined && certificateArn.split(":")[3] !== region)
      wrong(["certificateArn"], certificateArn, `must be in the zones' region. Issue one in ${region}`);
    if (network.nat === "none" && !network.endpoints)
      wrong(
        ["network", "nat"],
        network.nat,
        "without NAT, tasks need the endpoints ecr.api, ecr.dkr and logs. Set network.endpoints: true, or nat: single",
      );
  });

/** The settings of a stack, parsed; throws one error with every fault. */
export function deploymentSettings(document: unknown, where = "setpoint:deployment"): DeploymentSettings {
  const parsed = settingsSchema.safeParse(document, { reportInput: true });
  if (parsed.success) return parsed.data;
  const at = (path: readonly PropertyKey[]) => [where, dotted(path)].filter((part) => part !== "").join(".");
  throw badInput(schemaFaults(settingsSchema, parsed.error.issues, [], at));
}

/** `eu-west-1` of `eu-west-1a`. */
export function regionOf(zone: string): string {
  return zone.replace(/[a-z]$/, "");
}

/** What is wrong with a VPC's block, as rule and way out. */
function wrongCidr(cidr: string): string | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr)?.slice(1).map(Number);
  if (parts === undefined || parts.slice(0, 4).some((part) => part > 255) || parts[4]! > 32)
    return "must be an IPv4 CIDR block. Write one such as 10.0.0.0/16";
  const [first, second, , , prefix] = parts as [number, number, number, number, number];
  if (prefix < 16 || prefix > 23)
    return "must be /16 to /23: a VPC is at most /16, and a balancer's subnet, a sixteenth, at least /27. Write one such as 10.0.0.0/16";
  const address = numeric(cidr.split("/")[0]!);
  const size = 2 ** (32 - prefix);
  if (address % size !== 0)
    return `must have no host bits. Write ${address4(address - (address % size))}/${prefix}`;
  const own =
    first === 10 ||
    (first === 172 && second >= 16 && second < 32) ||
    (first === 192 && second === 168) ||
    (first === 100 && second >= 64 && second < 128);
  return own ? undefined : "must be private space. Take it from 10/8, 172.16/12, 192.168/16 or 100.64/10";
}

function numeric(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function address4(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
