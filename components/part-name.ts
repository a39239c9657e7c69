import * as pulumi from "@pulumi/pulumi";
import { badInput, shown } from "../adapters/bad-input.ts";

/** Beside the longest name of a service, 40 characters, this leaves room in every name of AWS's. */
const NAME = /^[a-z][a-z0-9-]{0,18}[a-z0-9]$/;

/**
 * How a platform's parts are called: plainly in the one that is named for its project, which is the program's; after
 * their platform in any other, since names of two platforms in a stack must differ.
 */
export function partName(platform: string): (part: string) => string {
  if (platform === pulumi.getProject()) return (part) => part;
  if (!NAME.test(platform))
    throw badInput([
      {
        where: platform.slice(0, 60),
        message: `name is ${shown("name", platform)}; names of resources begin with it: 2 to 20 lower-case letters, digits and -, beginning with a letter, not ending in -. Rename it.`,
      },
    ]);
  return (part) => `${platform}-${part}`;
}
