import { at, type Bag, isGiven, json, list, text } from "./resource.ts";
import { fault, type Rule } from "./rule.ts";

const PERMISSIONS = [
  ...["role", "user", "group"].map((of) => `aws:iam/${of}Policy:${of[0]!.toUpperCase()}${of.slice(1)}Policy`),
  "aws:iam/policy:Policy",
];
const ROLE = "aws:iam/role:Role";
const ATTACHMENTS = [
  ...["role", "user", "group"].map(
    (of) => `aws:iam/${of}PolicyAttachment:${of[0]!.toUpperCase()}${of.slice(1)}PolicyAttachment`,
  ),
  "aws:iam/policyAttachment:PolicyAttachment",
];
/** Policies of a resource, which say who may use it. */
const SHARED = [
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:sns/topicPolicy:TopicPolicy",
  "aws:sqs/queuePolicy:QueuePolicy",
  "aws:ecr/repositoryPolicy:RepositoryPolicy",
  "aws:kms/key:Key",
  "aws:secretsmanager/secretPolicy:SecretPolicy",
];
/** AWS's own policies that give everything away. */
const ALMIGHTY = /^arn:aws[a-z-]*:iam::aws:policy\/(AdministratorAccess|IAMFullAccess|PowerUserAccess)$/;

export const IDENTITY_RULES: readonly Rule[] = [
  {
    name: "iam-no-wildcard-actions",
    description: "No policy allows `*` or all that a service can do.",
    controls: ["IAM.1", "IAM.21"],
    types: [...PERMISSIONS, ROLE],
    faults: (inputs) =>
      permissions(inputs)
        .filter(({ Effect }) => Effect === "Allow")
        .flatMap((statement) => [
          ...["NotAction", "NotResource"].flatMap((key) =>
            fault(
              statement,
              key,
              (value) => value === undefined,
              "what is allowed is named. Write Action and Resource.",
            ),
          ),
          ...oneOrMore(statement.Action)
            .filter((action) => /^(\*|[a-z0-9-]+:\*)$/i.test(text(action)))
            .map(
              (action) =>
                `Action is ${JSON.stringify(action)}; actions are named. List those that are needed.`,
            ),
        ]),
  },
  {
    name: "iam-no-administrators",
    description: "Nobody is given a policy that allows everything.",
    types: [...ATTACHMENTS, ROLE],
    faults: (inputs) =>
      [inputs.policyArn, ...list(inputs.managedPolicyArns)]
        .filter((arn) => ALMIGHTY.test(text(arn)))
        .map((arn) => `policyArn is ${JSON.stringify(arn)}; it allows everything. Grant what is needed.`),
  },
  {
    name: "iam-no-users",
    description: "No users and no access keys: roles only.",
    controls: ["IAM.2", "IAM.3", "IAM.8"],
    types: ["aws:iam/user:User", "aws:iam/accessKey:AccessKey", "aws:iam/userLoginProfile:UserLoginProfile"],
    faults: () => ["a user's key does not expire; access is by role. Use a role, and OIDC for CI."],
  },
  {
    name: "no-public-policies",
    description: "No resource's policy lets everybody in.",
    controls: ["S3.2", "S3.3", "SNS.4", "KMS.5"],
    types: SHARED,
    faults: ({ policy }) =>
      statements(policy)
        .filter(
          ({ Effect, Principal, Condition }) =>
            Effect === "Allow" && isEverybody(Principal) && !isGiven(Condition),
        )
        .map(() => 'Principal is "*"; a policy names whom it lets in. Name them, or add a condition.'),
  },
];

function permissions(inputs: Bag): readonly Bag[] {
  const inline = list(inputs.inlinePolicies).map((each) => at(each, "policy"));
  return [inputs.policy, ...inline].flatMap(statements);
}

function statements(policy: unknown): readonly Bag[] {
  return oneOrMore(at(typeof policy === "string" ? json(policy) : policy, "Statement")) as readonly Bag[];
}

function oneOrMore(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function isEverybody(principal: unknown): boolean {
  return principal === "*" || oneOrMore(at(principal, "AWS")).includes("*");
}
