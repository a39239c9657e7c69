import type { Passed } from "./passed.ts";

/** Documents of Systems Manager, of which moto is not asked: each change is a version, the latest of which is the default. */
export const DOCUMENTS: Readonly<Record<string, Passed>> = {
  "aws:ssm/document:Document": {
    create: async () => versions(1),
    update: async (_, { outputs }) => versions(Number(outputs.latestVersion) + 1),
  },
};

function versions(latest: number) {
  return { latestVersion: String(latest), defaultVersion: String(latest), documentVersion: String(latest) };
}
