import { expect } from "chai";
import { instanceSchema } from "../../adapters/instance-settings.ts";
import { DEFAULT_DEPLOYMENT } from "../../adapters/service-deployment.ts";
import { EncryptionKey } from "../../components/encryption-key.ts";
import { WebInstance } from "../../components/web-instance.ts";
import { asked, CAPACITY, deploy, foundation, later, PROD } from "../support/deploy.ts";

function one(instances: object = {}, protect = true) {
  return deploy(() => {
    const { network, security, target } = foundation(PROD, "instance");
    new WebInstance("web", {
      ...{ network, security, target, capacity: CAPACITY, logRetention: 365, protect },
      compute: { type: "ec2", instanceType: "t3.small", credits: "unlimited" },
      deployment: { ...DEFAULT_DEPLOYMENT, instances: instanceSchema.parse({ single: true, ...instances }) },
      key: new EncryptionKey("key", { region: "eu-west-1", protect }),
      tags: { "setpoint:stack": "test" },
    });
  });
}

const tags = { "setpoint:stack": "test", Name: "web", "setpoint:backup": "yes" };

describe("WebInstance", () => {
  it("row 15, EC2.3, EC2.8, EC2.9, EC2.28: one hardened web server in a private subnet, its disk encrypted, kept and copied", async () => {
    const registered = await one();
    const { userDataBase64, ...instance } = asked(registered, "web-instance", "ec2/instance:");
    expect(instance).to.deep.equal({
      ami: later("ssm./aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"),
      instanceType: "t3.small",
      creditSpecification: { cpuCredits: "unlimited" },
      subnetId: later("net-private-eu-west-1a.id"),
      vpcSecurityGroupIds: [later("sec-instances.id")],
      associatePublicIpAddress: false,
      iamInstanceProfile: later("web-profile.name"),
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
        instanceMetadataTags: "enabled",
      },
      monitoring: true,
      ebsOptimized: true,
      disableApiTermination: true,
      forceDestroy: true,
      rootBlockDevice: {
        encrypted: true,
        kmsKeyId: later("key-key.arn"),
        volumeType: "gp3",
        volumeSize: 8,
        deleteOnTermination: false,
        tags,
      },
      userDataReplaceOnChange: true,
      tags: { ...tags, "setpoint:logs": later("web-logs.name") },
    });
    expect(Buffer.from(String(userDataBase64), "base64").toString()).to.include(
      "docker run --detach --name web",
    );
    expect(asked(registered, "web-attachment")).to.deep.equal({
      targetGroupArn: later("cart-group.arn"),
      targetId: later("web-instance.id"),
      port: 8080,
    });
  });

  it("row 16: is running or stopped as declared, and nothing else changes", async () => {
    const [running, stopped] = [await one(), await one({ state: "stopped" })];
    const instanceId = later("web-instance.id");
    expect(asked(running, "web-state")).to.deep.equal({ instanceId, state: "running" });
    expect(asked(stopped, "web-state")).to.deep.equal({ instanceId, state: "stopped" });
    const others = (all: typeof running) => all.filter(({ name }) => name !== "web-state");
    expect(others(stopped)).to.deep.equal(others(running));
  });

  it("rows 18, 21: is not replaced by AWS's next image, but by one that is named", async () => {
    const of = (registered: Awaited<ReturnType<typeof one>>) =>
      registered.find(({ name, type }) => name === "web-instance" && type === "aws:ec2/instance:Instance")!;
    expect(of(await one()).ignoreChanges).to.deep.equal(["ami"]);
    const restored = of(await one({ restore: { from: "ami-0123456789abcdef0" } }));
    expect(restored.inputs.ami).to.equal("ami-0123456789abcdef0");
    expect(restored.ignoreChanges).to.deep.equal([]);
  });

  it("SSM.2: has its patches installed, as no new image brings them", async () => {
    const registered = await one();
    expect(asked(registered, "web-patches")).to.deep.include({
      targets: [{ key: "InstanceIds", values: [later("web-instance.id")] }],
      parameters: { Operation: "Install", RebootOption: "RebootIfNeeded" },
      applyOnlyAtCronInterval: true,
    });
  });

  it("leaves its disk, and bars consoles from ending it, only where the stack protects", async () => {
    const { rootBlockDevice, disableApiTermination } = asked(
      await one({}, false),
      "web-instance",
      "ec2/instance:",
    );
    expect(rootBlockDevice).to.have.property("deleteOnTermination", true);
    expect(disableApiTermination).to.equal(false);
  });
});
