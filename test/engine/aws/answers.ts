import { launchedBy } from "../../../adapters/offline-preview.ts";
import type { Bag, Cloud } from "./cloud.ts";
import { ACCOUNT, REGION } from "./computed.ts";

/** What the program looks up. */
export function answers(cloud: Cloud, token: string, args: Bag): Bag {
  const answer = ANSWERS[token];
  if (answer === undefined) throw new Error(`the stand-in AWS has no answer to ${token}; give it one.`);
  return { ...args, ...answer(args, cloud) };
}

const ANSWERS: Readonly<Record<string, (args: Bag, cloud: Cloud) => Bag | undefined>> = {
  "aws:autoscaling/getGroup:getGroup": ({ name }, cloud) =>
    launchedBy(cloud.find("aws:autoscaling/group:Group", String(name))?.outputs ?? {}),
  "aws:ecs/getService:getService": ({ serviceName }, cloud) =>
    cloud
      .all()
      .find(({ type, outputs }) => type === "aws:ecs/service:Service" && outputs.name === serviceName)
      ?.outputs,
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: ACCOUNT }),
  "aws:index/getPartition:getPartition": () => ({ partition: "aws" }),
  "aws:index/getRegion:getRegion": () => ({ name: REGION, region: REGION }),
  "aws:ssm/getParameter:getParameter": () => ({ insecureValue: "ami-0123456789abcdef0" }),
};
