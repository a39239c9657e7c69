import type * as pulumi from "@pulumi/pulumi";

export interface RefreshRunbookArgs {
  readonly groupName: pulumi.Input<string>;
  /** `DesiredConfiguration` of `StartInstanceRefresh`, at `TEMPLATE_VERSION`. */
  readonly desired: object;
  /** `Preferences` of `StartInstanceRefresh`, but for the alarms and what happens when it fails. */
  readonly preferences: object;
  /** Whether AWS goes back. The group tells of that, else the runbook fails. */
  readonly rollback: boolean;
  /** Names of alarms that end the refresh and have AWS undo it. */
  readonly alarms: readonly pulumi.Input<string>[];
  /** Seconds for which the alarms are watched once all instances are new. */
  readonly bake: number;
  /** Hooks that instances of the new version do not report to. */
  readonly unheard: readonly string[];
  /** Seconds that the refresh and its way back may take. */
  readonly patience: number;
}

/** Where the runbook takes the version from. */
export const TEMPLATE_VERSION = "{{ TemplateVersion }}";

/** Ways in which a refresh ends (`InstanceRefresh` in the EC2 Auto Scaling API reference). */
const ENDS = ["Successful", "Failed", "Cancelled", "RollbackSuccessful", "RollbackFailed"];

/**
 * An instance refresh as Systems Manager runs it: AWS holds the group to its former configuration until all is well, which
 * is what it rolls back to. Alarms that are on already say nothing of the new version, so with one of them on it is not
 * watched, as ECS does it: else no version could mend what the last one broke. It ends when the refresh does, in whichever way.
 */
export function refreshRunbook(args: RefreshRunbookArgs) {
  const { groupName, desired, preferences, rollback, alarms, bake, patience } = args;
  const status = (name: string, values: readonly string[]) => ({
    Service: "autoscaling",
    Api: "DescribeInstanceRefreshes",
    AutoScalingGroupName: groupName,
    InstanceRefreshIds: [`{{ ${name}.Id }}`],
    PropertySelector: "$.InstanceRefreshes[0].Status",
    DesiredValues: values,
  });
  const steps = (name: string, watching: object) => [
    {
      name,
      action: "aws:executeAwsApi",
      inputs: {
        Service: "autoscaling",
        Api: "StartInstanceRefresh",
        AutoScalingGroupName: groupName,
        Strategy: "Rolling",
        DesiredConfiguration: desired,
        Preferences: { AutoRollback: rollback, ...preferences, ...watching },
      },
      outputs: [{ Name: "Id", Selector: "$.InstanceRefreshId", Type: "String" }],
    },
    {
      name: `${name}End`,
      action: "aws:waitForAwsResourceProperty",
      timeoutSeconds: patience,
      isEnd: rollback,
      inputs: status(name, ENDS),
    },
    ...(rollback
      ? []
      : [
          {
            name: `${name}Well`,
            action: "aws:assertAwsResourceProperty",
            isEnd: true,
            inputs: status(name, ["Successful"]),
          },
        ]),
  ];
  const watching = { AlarmSpecification: { Alarms: [...alarms] }, BakeTime: bake };
  return {
    schemaVersion: "0.3",
    description: "Replaces a group's instances by those of a version of its launch template",
    assumeRole: "{{ AutomationAssumeRole }}",
    parameters: {
      AutomationAssumeRole: { type: "String", description: "ARN of the role that the steps take" },
      TemplateVersion: { type: "String", allowedPattern: "^[1-9][0-9]*$" },
    },
    mainSteps: [
      ...args.unheard.map((hook, index) => unhooked(hook, index, groupName)),
      ...(alarms.length === 0 ? [] : [...quiet(alarms), ...steps("Watched", watching)]),
      ...steps("Unwatched", {}),
    ],
  };
}

/** Goes on to the refresh that no alarm ends, where one is on. A state that cannot be read fails the run: it is no leave to go unwatched. */
function quiet(alarms: readonly pulumi.Input<string>[]) {
  const looks = alarms.map((alarm, index) => ({
    name: `Alarm${index + 1}`,
    action: "aws:executeAwsApi",
    maxAttempts: 3,
    inputs: { Service: "cloudwatch", Api: "DescribeAlarms", AlarmNames: [alarm] },
    outputs: [{ Name: "State", Selector: "$.MetricAlarms[0].StateValue", Type: "String" }],
  }));
  const on = looks.map(({ name }) => ({
    NextStep: "Unwatched",
    Variable: `{{ ${name}.State }}`,
    StringEquals: "ALARM",
  }));
  return [...looks, { name: "Quiet", action: "aws:branch", inputs: { Choices: on } }];
}

/**
 * Pulumi deletes last, so a hook that is no longer declared would still be there, and hold up each new instance until AWS
 * gives it up. Where there is none, AWS says so and the runbook goes on.
 */
function unhooked(hook: string, index: number, groupName: pulumi.Input<string>) {
  return {
    name: `Unhook${index + 1}`,
    action: "aws:executeAwsApi",
    onFailure: "Continue",
    isCritical: false,
    inputs: {
      Service: "autoscaling",
      Api: "DeleteLifecycleHook",
      AutoScalingGroupName: groupName,
      LifecycleHookName: hook,
    },
  };
}
