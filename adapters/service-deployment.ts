import { z } from "zod";
import { type ContainerSettings, containerShape, DEFAULT_CONTAINER } from "./container-settings.ts";
import { type InstanceSettings, instanceSchema } from "./instance-settings.ts";
import { type RoutingSettings, routingShape } from "./routing-settings.ts";
import { DEFAULT_STORAGE, type StorageGrants, storageShape } from "./storage-grants.ts";
import { DEFAULT_TARGET, type TargetSettings, targetShape } from "./target-settings.ts";
import { DEFAULT_TASK, type TaskSettings, taskShape } from "./task-settings.ts";

/** What runs on a service's tasks or instances, and which requests reach it. */
export interface Deployment extends ContainerSettings, RoutingSettings, TargetSettings, TaskSettings {
  readonly storage: StorageGrants;
  /** Of services on instances; left out, `DEFAULT_INSTANCES`. */
  readonly instances?: InstanceSettings;
}

/** Of a service that only says what it owes. */
export const DEFAULT_DEPLOYMENT: Deployment = {
  ...DEFAULT_CONTAINER,
  ...DEFAULT_TARGET,
  ...DEFAULT_TASK,
  ...DEFAULT_STORAGE,
};

/** The `deploy:` part of a service's declaration; what is left out comes from `DEFAULT_DEPLOYMENT`. */
export const serviceDeploymentSchema = z.strictObject(
  {
    ...containerShape,
    ...routingShape,
    ...targetShape,
    ...taskShape,
    ...storageShape,
    instances: instanceSchema.exactOptional(),
  },
  "must be a map. Write one such as { port: 8080 }",
);
