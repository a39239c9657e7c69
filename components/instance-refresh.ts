import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { desiredConfiguration, type GroupLaunchArgs } from "./group-launch.ts";
import { jsonText } from "./json-text.ts";
import { ofOneKind, refreshOutcome } from "./refresh-outcome.ts";
import type { RefreshRole } from "./refresh-role.ts";
import { refreshRunbook, TEMPLATE_VERSION } from "./refresh-runbook.ts";
import { bakeTime, type RefreshTimeArgs, refreshTime } from "./refresh-time.ts";
import { shortName } from "./short-name.ts";

export interface InstanceRefreshArgs extends GroupLaunchArgs, Omit<RefreshTimeArgs, "settings"> {
  readonly group: aws.autoscaling.Group;
  readonly access: RefreshRole;
  /** As percentages, of the group's maintenance policy. */
  readonly healthy: { readonly minHealthyPercentage: number; readonly maxHealthyPercentage: number };
  /** Names of alarms, one of which ends and undoes the refresh; and the longest of their windows, in seconds. */
  readonly rollbackAlarms: readonly pulumi.Input<string>[];
  readonly rollbackWindow: number | undefined;
  /** Hooks that instances do not report to. */
  readonly unheard: readonly string[];
}

/** A document's name has 128 characters, 8 of them Pulumi's. */
const DOCUMENT = 120;

/** Seconds that Systems Manager may take to begin, and to tell of the end. */
const SLACK = 600;

/**
 * Takes a group to what it is to launch, by a refresh that AWS can undo: the provider would give the group the new version
 * first, and AWS rolls back to what the group has (hashicorp/terraform-provider-aws#34189). So the group ignores what it
 * launches, and Systems Manager starts the refresh, once for each change.
 */
export class InstanceRefresh extends pulumi.ComponentResource {
  readonly document: aws.ssm.Document;
  /** Waits for its one run when it is made, and not when it changes: each change makes another. */
  readonly run: aws.ssm.Association;
  /** The version of its template that the group launches, once the refresh has ended as it should. */
  readonly version: pulumi.Output<string>;
  /**
   * For `dependsOn` of what must not be there before the instances are new. Not for an input: a run goes before the next one
   * comes, and with it, for that long, whatever has an input of it that cannot change.
   */
  readonly ended: pulumi.Output<pulumi.Resource>;

  constructor(name: string, args: InstanceRefreshArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:InstanceRefresh", name, {}, opts);
    const { group, template, access, rollbackAlarms, types, settings } = args;
    refuseAlarms(rollbackAlarms);
    const bake = bakeTime(args.rollbackWindow);
    const patience = refreshTime(args, bake);
    const runbook = refreshRunbook({
      groupName: group.name,
      desired: desiredConfiguration(args, TEMPLATE_VERSION),
      preferences: preferences(args),
      rollback: settings.refresh.rollback,
      alarms: rollbackAlarms,
      bake,
      unheard: args.unheard,
      patience,
    });
    this.document = new aws.ssm.Document(
      shortName(`${name}-runbook`, DOCUMENT),
      { documentType: "Automation", documentFormat: "JSON", content: jsonText(runbook) },
      // An update to what a version held before may be refused (DuplicateDocumentContent); the provider then keeps the latest, in silence.
      { parent: this, replaceOnChanges: ["content"] },
    );
    const launched = types.length === 1 ? [] : types;
    const latest = pulumi.interpolate`${template.latestVersion}`;
    const version = settings.refresh.rollback ? ofOneKind(group, latest, launched, this) : latest;
    this.run = new aws.ssm.Association(
      `${name}-run`,
      {
        name: this.document.name,
        parameters: { AutomationAssumeRole: access.role.arn, TemplateVersion: version },
        waitForSuccessTimeoutSeconds: patience + SLACK,
      },
      {
        parent: this,
        dependsOn: [group, access.policy],
        replaceOnChanges: ["parameters", "waitForSuccessTimeoutSeconds", NOT_STARTED],
        deleteBeforeReplace: true,
      },
    );
    this.version = refreshOutcome(group, this.run, version, launched, this);
    this.ended = this.version.apply(() => this.run);
    this.registerOutputs({ version: this.version });
  }
}

/** Alarms that one refresh watches at most (AlarmSpecification in the EC2 Auto Scaling API reference). */
const WATCHED = 10;

function refuseAlarms({ length }: readonly unknown[]): void {
  if (length <= WATCHED) return;
  throw new Error(
    `rollbackAlarms are ${length}; a refresh of instances watches ${WATCHED} at most. Remove SLOs, or pass fewer.`,
  );
}

/** The engine's word for what was made and then failed: the next update makes another, which tries again. */
const NOT_STARTED = "#initerror";

function preferences({ healthy, warmup }: InstanceRefreshArgs) {
  return {
    MinHealthyPercentage: healthy.minHealthyPercentage,
    MaxHealthyPercentage: healthy.maxHealthyPercentage,
    InstanceWarmup: warmup,
    SkipMatching: true, // with nothing new it ends at once, as after the group's creation
  };
}
