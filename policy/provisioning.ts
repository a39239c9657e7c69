import type { ComputeOption } from "./compute-options.ts";

/** Seconds until a Fargate task runs: 30 to 45 s (AWS on re:Post), 23 s with a small image in AWS's benchmark (see `AwsLoop.publicationDelay`). */
const FARGATE = 35;

/** Seconds until an EC2 instance answers: the RunInstances call, pending, and boot of a c5.xlarge, daemonology.net/blog/2021-08-12-EC2-boot-time-benchmarking.html. */
const INSTANCE = 30;

/** Seconds until ECS's capacity provider sees that a task finds no room: one datapoint of CapacityProviderReservation, which has one a minute. */
const NO_ROOM = 60;

/** Seconds from the decision to start until there is something that the application can start on. */
export function provisioningTime(kind: ComputeOption["kind"]): number {
  switch (kind) {
    case "fargate":
      return FARGATE;
    case "ec2":
      return INSTANCE;
    case "ecs":
      return NO_ROOM + INSTANCE;
  }
}
