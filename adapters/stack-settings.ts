import { z } from "zod";
import { type AccountSettings, accountSchema } from "./account-settings.ts";
import { type BackupSettings, backupSchema, DEFAULT_BACKUP } from "./backup-settings.ts";
import { badInput, type Fault } from "./bad-input.ts";
import { type ClusterSettings, clusterFaults, clusterSchema } from "./cluster-settings.ts";
import { entryFaults } from "./entry-faults.ts";
import { type EntrySettings, entrySchema } from "./entry-settings.ts";
import { type KeySettings, keyFaults, keySchema } from "./key-settings.ts";
import { networkFaults } from "./network-faults.ts";
import { type NetworkSettings, networkSchema } from "./network-settings.ts";
import {
  type NotificationSettings,
  notificationFaults,
  notificationSchema,
} from "./notification-settings.ts";
import { plainSecrets } from "./plain-secrets.ts";
import { safeParse } from "./safe-parse.ts";
import { schemaFaults } from "./schema-faults.ts";
import { eachSound, soundMembers, soundOver, soundRules, unsound, whereSound } from "./sound.ts";
import { dotted } from "./source-document.ts";
import { type StorageSettings, storageFaults, storageSchema } from "./storage-settings.ts";
import { type Tags, tagsSchema } from "./tag-settings.ts";
import { DEFAULT_WAF } from "./waf-settings.ts";
import { yesOrNo } from "./yes-or-no.ts";
import { regionOf } from "./zones.ts";

/** What all services of a stack share. */
export interface StackSettings {
  readonly profile: Profile;
  readonly account: AccountSettings;
  readonly tags: Tags;
  readonly network: NetworkSettings;
  readonly entry: EntrySettings;
  readonly storage: StorageSettings;
  readonly notify: NotificationSettings;
  readonly cluster: ClusterSettings;
  /** Hold what must not be lost: deletion protection, retained keys, access logs, Container Insights. */
  readonly protect: boolean;
  /** Encrypt with a key of the stack's own; without, with AWS's. */
  readonly customerKey: boolean;
  readonly key: KeySettings;
  /** Days. */
  readonly logRetention: number;
  /** Copies of volumes, instances and tables; undefined for none. */
  readonly backup: BackupSettings | undefined;
}

/** What a stack is for: it decides whatever its settings leave out. */
export type Profile = keyof typeof PROFILES;

/** Development is cheap and may be thrown away; production is what nothing else is said of. */
const PROFILES = {
  dev: {
    network: { nat: "instance", endpoints: false, flowLogs: false },
    entry: { waf: false },
    cluster: { execute: true },
    stack: { protect: false, customerKey: false, logRetention: 14, backup: undefined },
  },
  prod: {
    network: { nat: "per-zone", endpoints: true, flowLogs: true },
    entry: { waf: DEFAULT_WAF },
    cluster: { execute: false },
    stack: { protect: true, customerKey: true, logRetention: 365, backup: DEFAULT_BACKUP },
  },
} as const;

/** Days that CloudWatch Logs keeps a log group (PutRetentionPolicy). */
const RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** What `setpoint:deployment` may hold. */
export const settingsSchema = z.strictObject(
  {
    profile: z.enum(["dev", "prod"], "must be dev or prod. Write one of the two").default("prod"),
    account: accountSchema.prefault({}),
    tags: tagsSchema.default({}),
    network: networkSchema,
    entry: entrySchema.prefault({}),
    storage: storageSchema.prefault({}),
    notify: notificationSchema.prefault({}),
    cluster: clusterSchema.prefault({}),
    protect: yesOrNo.exactOptional(),
    customerKey: yesOrNo.exactOptional(),
    key: keySchema.default({}),
    logRetention: z
      .literal(RETENTIONS, `must be one of ${RETENTIONS.join(", ")} days. Write the nearest longer one`)
      .exactOptional(),
    backup: backupSchema.exactOptional(),
  },
  "must be a map with network and entry. See docs/settings.md",
);

/** The settings of a stack, parsed; throws one error with every fault. */
export function stackSettings(document: unknown, where?: string): StackSettings {
  const { settings, faults } = judgedSettings(document, where);
  if (faults.length > 0) throw badInput(faults);
  return settings;
}

/** The settings of a stack as far as they are sound (adapters/sound.ts), and all that is wrong with them. */
export interface JudgedSettings {
  readonly settings: StackSettings;
  readonly faults: readonly Fault[];
}

/** The same for who has more rules for them. */
export function judgedSettings(document: unknown, where = "setpoint:deployment"): JudgedSettings {
  const at = (path: readonly PropertyKey[]) => [where, dotted(path)].filter((part) => part !== "").join(".");
  const secrets = plainSecrets(document, at);
  if (secrets.length > 0) return { settings: settingsOf(unsound), faults: secrets }; // before anything else could print one
  const { data, error } = safeParse(settingsSchema, document);
  const issues = error?.issues ?? [];
  const declared =
    data ?? whereSound(() => soundMembers(settingsSchema, document, issues.map(above), LEVELS));
  const settings = settingsOf(() => declared ?? unsound());
  const stack = eachSound<StackTraits>({
    protect: () => settings.protect,
    customerKey: () => settings.customerKey,
    region: () => regionOf(settings.network.zones[0]!),
  });
  const faults = [
    ...schemaFaults(settingsSchema, issues, [], at),
    ...soundRules([
      () => networkFaults(settings.network, `${where}.network`),
      () => entryFaults((declared ?? unsound()).entry, stack, `${where}.entry`),
      () => keyFaults(settings.key, stack, `${where}.key`),
      () => storageFaults(settings.storage, stack, `${where}.storage`),
      () => notificationFaults(settings.notify, stack, `${where}.notify`),
      () => clusterFaults(settings.cluster, `${where}.cluster`),
    ]),
  ];
  return { settings, faults };
}

/** What rules of some parts read of others. */
export interface StackTraits extends Pick<StackSettings, "protect" | "customerKey"> {
  readonly region: string;
}

/** Settings, their parts, and buckets, tables and zones by name. */
const LEVELS = 3;

/** The firewall is turned into something else as a whole. */
function above<T extends { readonly path: readonly PropertyKey[] }>(issue: T): T {
  return issue.path[0] === "entry" && issue.path[1] === "waf"
    ? { ...issue, path: issue.path.slice(0, 2) }
    : issue;
}

/** What is left out of settings follows from their profile. */
function settingsOf(declared: () => z.output<typeof settingsSchema>): StackSettings {
  const defaults = () => PROFILES[declared().profile];
  const parts = eachSound<Pick<StackSettings, "network" | "entry" | "notify" | "cluster">>({
    network: () => soundOver(() => defaults().network, declared().network),
    entry: () => {
      const { entry } = declared();
      return soundOver(() => (entry.shared === undefined ? defaults().entry : { waf: false }), entry);
    },
    notify: () => {
      const { notify } = declared();
      return eachSound<NotificationSettings>({
        page: () => notify.page,
        ticket: () => notify.ticket ?? notify.page,
      });
    },
    cluster: () => soundOver(() => defaults().cluster, declared().cluster),
  });
  return soundOver(() => soundOver(() => defaults().stack, declared()), parts);
}
