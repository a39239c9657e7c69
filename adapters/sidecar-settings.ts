import { z } from "zod";
import { imageReference, unprivilegedUser } from "./container-settings.ts";
import { type EnvironmentSettings, environmentShape, NO_ENVIRONMENT } from "./environment-settings.ts";
import { cpuUnits, mebibytes } from "./quantity.ts";
import { quantity } from "./quantity-field.ts";
import { yesOrNo } from "./yes-or-no.ts";

/** A container beside the service's own: a proxy, a collector of traces. */
export interface Sidecar extends EnvironmentSettings {
  readonly image: string;
  /** CPU units and MiB of the task's. */
  readonly cpu: number;
  readonly memory: number;
  readonly user: number;
  /** Whether the task ends with it. */
  readonly essential: boolean;
  readonly command?: readonly string[];
}

/** NAM-5; ECS takes 255 characters. */
const NAME = /^[A-Za-z0-9_-]{1,255}$/;

/** The service's own container. */
export const APPLICATION = "app";

const sidecar = z
  .strictObject(
    {
      image: imageReference,
      cpu: quantity(
        cpuUnits,
        (value) => !(Number.isInteger(value) && value >= 1) && "it must be at least 1 unit (1024 = 1 vCPU)",
      ),
      memory: quantity(
        mebibytes,
        (value) => !(Number.isInteger(value) && value >= 6) && "it must be at least 6 MiB, as Docker takes",
      ),
      user: unprivilegedUser,
      essential: yesOrNo.default(true),
      command: z
        .array(z.string("must be a text"), "must be a list of texts. Write [--config, /etc/it.yaml]")
        .exactOptional(),
      ...environmentShape,
    },
    "must be a map with image, cpu, memory and user. Write { image: …:1.2.3, cpu: 64, memory: 128, user: 1000 }",
  )
  .transform((declared): Sidecar => ({ ...NO_ENVIRONMENT, ...declared }));

/** `containers:` of a service. */
export const sidecarsSchema = z
  .record(z.string(), sidecar, "must be a map of containers. Write { otel: { image: …, cpu: 64, … } }")
  .check(({ value, issues }) => {
    for (const name of Object.keys(value)) {
      const refuse = (message: string) => issues.push({ code: "custom", path: [name], input: name, message });
      if (!NAME.test(name)) refuse("its name must be 1 to 255 letters, digits, _ and - (NAM-5). Rename it");
      if (name === APPLICATION) refuse(`${APPLICATION} is the service's own container. Rename it`);
    }
  });
