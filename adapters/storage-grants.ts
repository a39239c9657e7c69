import { z } from "zod";

/** Which of a stack's tables and buckets a service may use, and how. */
export interface StorageGrants {
  readonly tables: Readonly<Record<string, Access>>;
  readonly buckets: Readonly<Record<string, Access>>;
}

export type Access = "read" | "write" | "readWrite";

/** A service that says nothing may use nothing. */
export const DEFAULT_STORAGE = { storage: { tables: {}, buckets: {} } } as const;

const access = z.enum(
  ["read", "write", "readWrite"],
  "must be read, write or readWrite. Write the least that the service needs",
);

/** Member of a service's `deploy:` that says what it may use. */
export const storageShape = {
  storage: z
    .strictObject(
      {
        tables: z
          .record(z.string(), access, "must be a map. Write one such as { carts: readWrite }")
          .default({}),
        buckets: z
          .record(z.string(), access, "must be a map. Write one such as { images: read }")
          .default({}),
      },
      "must be a map of tables and buckets. Write { tables: { carts: readWrite } }",
    )
    .exactOptional(),
};
