import { createHash } from "node:crypto";
import type { Bag } from "./cloud.ts";
import { type Member, sdkType } from "./sdk-types.ts";

export const ACCOUNT = "123456789012";
export const REGION = "eu-west-1";

/** What AWS adds to the inputs: a name, an ARN, an id, and whatever else the type's declaration promises. */
export function computed(type: string, logicalName: string, number: number, inputs: Bag): Bag {
  const serial = createHash("sha256").update(`${type} ${number}`).digest("hex").slice(0, 17);
  const chosen = physicalName(inputs) ?? `${logicalName}-${serial.slice(0, 7)}`; // as Pulumi names what has no name
  const identity = { name: String(chosen), serial };
  const { inputs: taken, outputs } = sdkType(type);
  const added = [...outputs].flatMap(([key, member]) => {
    if (inputs[key] !== undefined || member.type.includes("| undefined")) return [];
    if (taken.has(key) && !/^(name|bucket|keyId)$/.test(key)) return []; // AWS's default; nothing reads it
    return [[key, madeUp(key, member, type, identity)] as const];
  });
  return { ...Object.fromEntries(added), ...OWN[type]?.(inputs, identity) };
}

/** What AWS calls it, where it has a name. */
export function physicalName({ name, bucket, alarmName, dashboardName }: Bag): unknown {
  return name ?? bucket ?? alarmName ?? dashboardName;
}

interface Identity {
  readonly name: string;
  readonly serial: string;
}

function madeUp(key: string, { type: written }: Member, type: string, identity: Identity): unknown {
  const { name, serial } = identity;
  if (written.includes("[]")) return [];
  if (written.includes("<number>")) return 1;
  if (written.includes("<boolean>")) return false;
  if (!written.includes("<string>")) return {};
  if (key === "name" || key === "bucket") return name;
  if (key === "arn") return arn(type, identity);
  if (key === "prefixListId") return `pl-${serial}`;
  return `${key}-${serial}`;
}

function arn(type: string, { name, serial }: Identity): string {
  const [service, kind] = type.split(/[:/]/).slice(1) as [string, string];
  if (service === "s3") return `arn:aws:s3:::${name}`;
  if (service === "iam")
    return `arn:aws:iam::${ACCOUNT}:${kind === "instanceProfile" ? "instance-profile" : kind}/${name}`;
  if (kind === "logGroup") return `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${name}`;
  if (service === "sns") return `arn:aws:sns:${REGION}:${ACCOUNT}:${name}`;
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${kind}/${service === "kms" ? serial : name}`;
}

/** Outputs that no convention gives; a new type adds its line. */
const OWN: Readonly<Record<string, (inputs: Bag, identity: Identity) => Bag>> = {
  "aws:acm/certificate:Certificate": ({ domainName, subjectAlternativeNames = [] }, { serial }) => ({
    domainValidationOptions: [domainName, ...(subjectAlternativeNames as string[])].map((proven) => ({
      domainName: proven,
      resourceRecordName: `_${serial}.${proven}.`,
      resourceRecordType: "CNAME",
      resourceRecordValue: `_${serial}.acm-validations.aws.`,
    })),
  }),
  "aws:acm/certificateValidation:CertificateValidation": ({ certificateArn }) => ({ certificateArn }),
};

/** AWS calls some things by name, some by ARN and most by an id of their own. */
export function idOf(type: string, outputs: Bag, number: number): string {
  const kind = type.split(/[:/]/)[2]!;
  const by = /^aws:(iam|s3|autoscaling|cloudwatch|dynamodb|appautoscaling)\//.test(type)
    ? physicalName(outputs)
    : /^aws:(lb|ecs|sns|acm)\//.test(type)
      ? outputs.arn
      : (outputs.id ?? outputs.keyId);
  const serial = createHash("sha256").update(`${type} ${number}`).digest("hex").slice(0, 17);
  return String(by ?? `${PREFIX[kind] ?? kind}-${serial}`);
}

/** How AWS's ids begin, where not with the kind. */
const PREFIX: Readonly<Record<string, string>> = {
  securityGroup: "sg",
  defaultSecurityGroup: "sg",
  routeTable: "rtb",
  internetGateway: "igw",
  natGateway: "nat",
  eip: "eipalloc",
  vpcEndpoint: "vpce",
  launchTemplate: "lt",
  securityGroupIngressRule: "sgr",
  securityGroupEgressRule: "sgr",
};
