import { z } from "zod";

/** What runs in a service's tasks, or on its instances. */
export interface ContainerSettings {
  readonly image:
    | { readonly kind: "reference"; readonly reference: string }
    /** A folder with a Dockerfile, relative to the program. */
    | { readonly kind: "build"; readonly folder: string };
  readonly port: number;
  readonly cpuArchitecture: "x86_64" | "arm64";
  /** Numeric user of the container; tasks never run as root. */
  readonly user: number;
}

/** nginx, unprivileged and at a pinned version. */
export const DEFAULT_CONTAINER: ContainerSettings = {
  image: { kind: "reference", reference: "public.ecr.aws/nginx/nginx-unprivileged:1.28" },
  port: 8080,
  cpuArchitecture: "x86_64",
  user: 101, // nginx in that image
};

/** Host, repository in lower case, then a tag or a digest. */
const REFERENCE = /^[a-z0-9][a-z0-9_.:/-]*?(?::(?!latest$)[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/;

/** NAM-9: ECR's own rules of a repository's name. */
const ECR = /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\/([^:@]*)/;
const REPOSITORY = /^(?=.{2,256}$)[a-z0-9]+(?:[._-][a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-][a-z0-9]+)*)*$/;

/** An image that says which version it is. */
export const imageReference = z
  .string("must be an image reference. Write registry/repository:tag")
  .regex(REFERENCE, {
    error:
      "must be lower case, and pinned by a tag other than latest or by a digest. Write registry/repository:1.2.3 or …@sha256:…",
    abort: true,
  })
  .refine((reference) => {
    const repository = ECR.exec(reference)?.[1];
    return repository === undefined || REPOSITORY.test(repository);
  }, "must name a repository as ECR does: 2 to 256 lower-case letters and digits with single separators (NAM-9). Correct it");

/** A user id that is not root's. */
export const unprivilegedUser = z
  .int("must be a numeric user. Write the uid the image runs as, such as 1000")
  .min(1, "must not be 0, root (ECS.20). Write an unprivileged uid such as 1000")
  .max(65535, "must be at most 65535. Write an unprivileged uid such as 1000");

const IMAGE = "must be an image reference or { build: folder }. Write registry/repository:tag";
const reference = z
  .string(IMAGE)
  .pipe(imageReference)
  .transform((reference) => ({ kind: "reference" as const, reference }));
const build = z
  .strictObject(
    {
      build: z
        .string("must be a folder. Write the path of the folder that holds the Dockerfile")
        .regex(
          /^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\0]{1,255}$/,
          "must be a folder inside the project. Write a relative path without `..`",
        ),
    },
    IMAGE,
  )
  .transform(({ build: folder }) => ({ kind: "build" as const, folder }));

/** Members of a service's `deploy:` that say what runs. */
export const containerShape = {
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
  cpuArchitecture: z
    .enum(["x86_64", "arm64"], "must be x86_64 or arm64. Write the one the image is built for")
    .exactOptional(),
  user: unprivilegedUser.exactOptional(),
};
