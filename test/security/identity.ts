import { isDeepStrictEqual } from "node:util";
import { isGiven, list, referred, type Stack, text } from "../../guard/resource.ts";
import { add, edit, set } from "../support/changes.ts";
import {
  all,
  allowed,
  each,
  guard,
  none,
  repoliced,
  type Statement,
  type Table,
} from "../support/controls.ts";
import { later } from "../support/deploy.ts";
import type { Deployed } from "../support/guard.ts";

const ROLE = "aws:iam/role:Role";
const POLICY = "aws:iam/rolePolicy:RolePolicy";
const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";

/** What has no resource to name (Service Authorization Reference), and tells or changes nothing of others. */
const UNNAMEABLE = [
  "autoscaling:DescribeInstanceRefreshes",
  "ecr:GetAuthorizationToken",
  "ecs:DiscoverPollEndpoint",
  "logs:DescribeLogGroups",
  "ssmmessages:CreateControlChannel",
  "ssmmessages:CreateDataChannel",
  "ssmmessages:OpenControlChannel",
  "ssmmessages:OpenDataChannel",
];

/** Of AWS's own policies, those that a service's own work needs. */
const PERMITTED = [
  "AmazonSSMManagedInstanceCore",
  "AmazonECSInfrastructureRolePolicyForLoadBalancers",
  "service-role/AWSBackupServiceRolePolicyForBackup",
  "service-role/AWSBackupServiceRolePolicyForRestores",
];

/** EC2, and ECS for its infrastructure role, name no source when they take a role (their user guides' own trust policies). */
const NAMELESS = ["ec2.amazonaws.com", "ecs.amazonaws.com"];

/** With which somebody gives himself more, shares what is not his, or opens a way out. */
const ESCALATES =
  /^(iam|organizations|sts|account|ram|sso|cloudformation):|^lambda:(Create|Update|Add)|^kms:(Put|CreateGrant$)|:(Put|Delete|Modify|Add|Set)\w*(Policy|Permission|Acl|Attribute|Attributes)$/i;

/** In China roles are passed to EC2 by the second of its names. */
const EC2 = ["ec2.amazonaws.com", "ec2.amazonaws.com.cn"];

/** Whether it passes, to EC2 alone, the role of the template that the policy's other statements launch from. */
function passesOwn({ Action, Resource, Condition }: Statement, policy: Deployed, stack: Stack): boolean {
  const known = referred(stack, policy, "policy");
  const own = known
    .filter(({ type }) => type === TEMPLATE)
    .flatMap((template) => referred(stack, template, "iamInstanceProfile"))
    .flatMap((profile) => referred(stack, profile, "role"))
    .map(({ name }) => later(`${name}.arn`));
  return (
    [Action].flat().join() === "iam:PassRole" &&
    own.length === 1 &&
    [Resource].flat().join() === own.join() &&
    isDeepStrictEqual(Condition?.StringEquals?.["iam:PassedToService"], EC2)
  );
}

export const IDENTITY: Table = {
  title: "Identity (`Security`, all components)",
  file: "identity.ts",
  controls: [
    {
      ids: "IAM.1, IAM.21",
      control: "no `*:*` and no `service:*`, and no `*` in any action",
      checkov: "CKV_AWS_1, CKV_AWS_49, CKV_AWS_62, CKV_AWS_63, CKV2_AWS_40",
      faults: all(
        guard("iam-no-wildcard-actions"),
        each([POLICY, ROLE], ({ policy, assumeRolePolicy }) =>
          allowed(policy ?? assumeRolePolicy)
            .flatMap(({ Action }) => Action)
            .every((action) => !action.includes("*")),
        ),
      ),
      broken: repoliced("cart-ecs-execution-policy", (each) => ({ ...each, Action: "logs:Put*" })),
    },
    {
      ids: "–",
      control: "resources are named, but for what has none",
      checkov: "CKV_AWS_355, CKV_AWS_356",
      faults: each(POLICY, ({ policy }) =>
        allowed(policy).every(
          ({ Action, Resource }) =>
            ![Resource].flat().includes("*") ||
            [Action].flat().every((action) => UNNAMEABLE.includes(action)),
        ),
      ),
      broken: repoliced("cart-ecs-execution-policy", (each) => ({ ...each, Resource: "*" })),
    },
    {
      ids: "IAM.2, IAM.3, IAM.8",
      control: "no users, no keys",
      checkov: "CKV_AWS_40, CKV_AWS_273",
      faults: all(guard("iam-no-users"), none(/^aws:iam\/(user|accessKey|group)/)),
      broken: add("aws:iam/user:User", {}),
    },
    {
      ids: "–",
      control: "trust names the service, and the account and resource that it acts for",
      checkov: "CKV_AWS_60, CKV_AWS_61",
      faults: each(ROLE, ({ assumeRolePolicy }) => {
        const trusts = allowed(assumeRolePolicy);
        return (
          trusts.length > 0 &&
          trusts.every(({ Principal, Condition }) => {
            const service = typeof Principal === "object" ? text(Principal.Service) : "";
            const source = Condition?.StringEquals?.["aws:SourceAccount"];
            const named = isGiven(source) && isGiven(Condition?.ArnLike?.["aws:SourceArn"]);
            return service !== "" && (named || NAMELESS.includes(service));
          })
        );
      }),
      broken: repoliced("cart-ecs-task-role", ({ Condition: _, ...open }) => open, "assumeRolePolicy"),
    },
    {
      ids: "–",
      control:
        "no escalation, exposure or exfiltration; a role is passed by a group's refresh alone, its own instances' to EC2 alone",
      checkov: "CKV_AWS_107–111, CKV_AWS_286–290",
      faults: each(POLICY, ({ policy }, resource, stack) =>
        allowed(policy)
          .filter((statement) => !passesOwn(statement, resource, stack))
          .flatMap(({ Action }) => Action)
          .every((action) => !ESCALATES.test(action)),
      ),
      broken: [
        repoliced("web-web-policy", (each) => ({ ...each, Action: ["iam:PassRole"] })),
        repoliced("web-web-refresh-policy", ({ Condition: _, ...each }) => each),
        repoliced("web-web-refresh-policy", (each) => ({ ...each, Resource: ["*"] })),
        repoliced("web-web-refresh-policy", (each) =>
          each.Action.includes("iam:PassRole") ? { ...each, Resource: [later("one-web-role.arn")] } : each,
        ),
      ],
    },
    {
      ids: "–",
      control: "of AWS's own policies, only those that are listed",
      checkov: "CKV_AWS_274, CKV_AWS_275, CKV2_AWS_56",
      faults: all(
        guard("iam-no-administrators"),
        each(ATTACHMENT, ({ policyArn }) =>
          PERMITTED.includes(text(policyArn).replace(/^.*:aws:policy\//, "")),
        ),
        each(ROLE, (inputs) => list(inputs.managedPolicyArns).length === 0),
      ),
      broken: set("web-web-ssm", "policyArn", "arn:aws:iam::aws:policy/IAMFullAccess"),
    },
    {
      ids: "–",
      control: "no keys in the provider",
      checkov: "CKV_AWS_41",
      faults: each(
        "pulumi:providers:aws",
        (inputs) => !["accessKey", "secretKey", "token"].some((key) => isGiven(inputs[key])),
      ),
      broken: edit("aws", ({ inputs }) => ({ inputs: { ...inputs, accessKey: "AKIA", secretKey: "x" } })),
    },
  ],
  elsewhere: [
    {
      ids: "IAM.4–7, 9ᴺ",
      control: "root, MFA, password policy",
      checkov: "CKV_AWS_9–15",
      state: "account",
      why: "no stack owns them",
    },
  ],
};
