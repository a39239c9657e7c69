import { expect } from "chai";
import { asked, deploy, later, ofType } from "../support/deploy.ts";
import { containersOf, type Different, ecsService, statementsOf } from "../support/ecs.ts";

const SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/db-AbCdEf";
const PARAMETER = "arn:aws:ssm:eu-west-1:123456789012:parameter/shop/token";
const OTHER_KEY = "arn:aws:kms:eu-west-1:123456789012:key/0123";
const secrets = {
  TOKEN: { service: "ssm", arn: PARAMETER, valueFrom: PARAMETER },
  DB_USER: { service: "secretsmanager", arn: SECRET, valueFrom: `${SECRET}:user::` },
  DB_PASSWORD: { service: "secretsmanager", arn: SECRET, valueFrom: `${SECRET}:password::` },
} as const;
const SIDECAR = {
  ...{ image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/otel:1", cpu: 64, memory: 128, user: 9 },
  ...{ essential: false, environment: {}, secrets: {} },
};

const execution = (different: Different) => statementsOf(different, "cart-ecs-execution-policy");
const write = {
  ...{ Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"] },
  Resource: [`${later("cart-ecs-logs.arn")}:*`],
};

describe("the execution role", () => {
  it("writes logs, and nothing else for a public image without secrets (row 10)", async () => {
    expect(await execution({ encrypted: true })).to.deep.equal([write]);
  });

  it("reads each secret once, and decrypts through its service alone (row 11)", async () => {
    const deployment = { secrets, secretKeys: [OTHER_KEY] };
    expect(await execution({ deployment, encrypted: true })).to.deep.equal([
      write,
      { Effect: "Allow", Action: ["secretsmanager:GetSecretValue"], Resource: [SECRET] },
      { Effect: "Allow", Action: ["ssm:GetParameters"], Resource: [PARAMETER] },
      {
        ...{ Effect: "Allow", Action: ["kms:Decrypt"], Resource: [later("key-key.arn"), OTHER_KEY] },
        Condition: {
          StringEquals: {
            "kms:ViaService": ["secretsmanager.eu-west-1.amazonaws.com", "ssm.eu-west-1.amazonaws.com"],
          },
        },
      },
    ]);
  });

  it("asks for no key where AWS's own encrypts", async () => {
    const { TOKEN } = secrets;
    expect(await execution({ deployment: { secrets: { TOKEN } } })).to.deep.equal([
      write,
      { Effect: "Allow", Action: ["ssm:GetParameters"], Resource: [PARAMETER] },
    ]);
  });

  it("pulls the images of sidecars and reads their secrets too", async () => {
    const { TOKEN } = secrets;
    const deployment = { containers: { otel: { ...SIDECAR, secrets: { TOKEN } } } };
    const statements = await execution({ deployment });
    expect(statements.flatMap(({ Resource }: { Resource: string[] }) => Resource)).to.deep.equal([
      ...[`${later("cart-ecs-logs.arn")}:*`, "*"],
      ...["arn:aws:ecr:eu-west-1:123456789012:repository/otel", PARAMETER],
    ]);
  });
});

describe("the task role", () => {
  it("may do nothing until something is granted (row 10)", async () => {
    const registered = await deploy(() => ecsService());
    const policies = [...ofType(registered, "aws:iam/rolePolicy:RolePolicy")];
    const attached = ofType(registered, "aws:iam/rolePolicyAttachment:RolePolicyAttachment");
    const of = [...policies, ...attached].filter(({ inputs }) =>
      String(inputs.role).includes("cart-ecs-task-role"),
    );
    expect(of).to.deep.equal([]);
    expect(asked(registered, "cart-ecs-definition")).to.deep.include({
      taskRoleArn: later("cart-ecs-task-role.arn"),
      executionRoleArn: later("cart-ecs-execution-role.arn"), // CKV_AWS_249: two roles
    });
  });

  it("may do what its team declares", async () => {
    const permissions = [{ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::photos/*"] }];
    expect(await statementsOf({ deployment: { permissions } }, "cart-ecs-task-policy")).to.deep.equal([
      { Effect: "Allow", Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::photos/*"] },
    ]);
  });
});

describe("a task's containers", () => {
  it("get plain values and secrets by name, in an order that the declaration's does not change", async () => {
    const [app] = await containersOf({ deployment: { environment: { B: "2", A: "1" }, secrets } });
    expect(app.environment).to.deep.equal([
      { name: "A", value: "1" },
      { name: "B", value: "2" },
    ]);
    expect(app.secrets).to.deep.equal([
      { name: "DB_PASSWORD", valueFrom: `${SECRET}:password::` },
      { name: "DB_USER", valueFrom: `${SECRET}:user::` },
      { name: "TOKEN", valueFrom: PARAMETER },
    ]);
  });

  it("share the task: sidecars take their part, the application what is left (CMP-4)", async () => {
    const command = ["--config", "/etc/otel.yaml"];
    const deployment = { containers: { otel: { ...SIDECAR, image: "otel:1", command } } };
    const [app, otel, ...others] = await containersOf({ deployment });
    expect(others).to.deep.equal([]);
    expect(app).to.deep.include({ name: "app", cpu: 448, memoryReservation: 896, essential: true });
    expect(otel).to.deep.include({
      name: "otel",
      image: "otel:1",
      cpu: 64,
      memory: 128,
      essential: false,
      command,
    });
    expect(otel).to.deep.include({ user: "9", privileged: false, readonlyRootFilesystem: true });
    expect(otel).to.not.have.any.keys("portMappings", "environment", "secrets", "mountPoints");
    expect(otel.logConfiguration.options["awslogs-stream-prefix"]).to.equal("otel");
  });

  it("take the stop timeout, the grace and the space that are declared (CMP-6, CMP-7, CMP-8)", async () => {
    const deployment = { stopTimeout: 90, grace: 200, ephemeralStorage: 40 };
    const registered = await deploy(() => ecsService({ deployment }));
    expect((await containersOf({ deployment }))[0].stopTimeout).to.equal(90);
    expect(asked(registered, "cart-ecs-service").healthCheckGracePeriodSeconds).to.equal(200);
    expect(asked(registered, "cart-ecs-definition").ephemeralStorage).to.deep.equal({ sizeInGib: 40 });
  });

  it("run as Windows' own unprivileged user where that is the system (CMP-5, ECS.21)", async () => {
    const deployment = { operatingSystem: "WINDOWS_SERVER_2022_CORE", port: 80 } as const;
    const [app] = await containersOf({ deployment });
    expect(app.user).to.equal("ContainerUser");
    expect(app).to.not.have.any.keys(
      "linuxParameters",
      "systemControls",
      "readonlyRootFilesystem",
      "privileged",
    );
    const registered = await deploy(() => ecsService({ deployment }));
    expect(asked(registered, "cart-ecs-definition").runtimePlatform).to.deep.equal({
      operatingSystemFamily: "WINDOWS_SERVER_2022_CORE",
      cpuArchitecture: "X86_64",
    });
  });

  it("ECR.2, CMP-19: run the digest that a tag of ECR stands for when they are deployed", async () => {
    const host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    const of = async (reference: string) =>
      (await containersOf({ deployment: { image: { kind: "reference", reference } } }))[0].image;
    expect(await of(`${host}/shop/cart:1.2`)).to.equal(`${host}/shop/cart@${later("ecr.1.2")}`);
    const digest = `${host}/shop/cart@sha256:${"0a".repeat(32)}`;
    expect(await of(digest)).to.equal(digest);
  });
});
