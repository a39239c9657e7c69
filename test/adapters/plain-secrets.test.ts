import { expect } from "chai";
import { declaredServices } from "../../adapters/declaration.ts";
import { plainSecrets } from "../../adapters/plain-secrets.ts";
import { dotted } from "../../adapters/source-document.ts";
import { stackSettings } from "../../adapters/stack-settings.ts";

const places = (document: unknown) => plainSecrets(document, dotted).map(({ where }) => where);

describe("plainSecrets", () => {
  it("STO-21: names the place of a secret, by its name or by its looks, and never its value", () => {
    const document = {
      password: "hunter2",
      environment: { DB_PASSWORD: "hunter2", API_KEY: "hunter2", githubToken: "hunter2" },
      list: [{ name: "SESSION_SECRET", value: "hunter2" }],
      urls: ["postgres://shop:hunter2@db/shop"],
      aws: { id: "AKIAIOSFODNN7EXAMPLE" },
    };
    expect(places(document)).to.deep.equal([
      "password",
      "environment.DB_PASSWORD",
      "environment.API_KEY",
      "environment.githubToken",
      "list[0].value",
      "urls[0]",
      "aws.id",
    ]);
    const said = plainSecrets(document, dotted).map(({ message }) => message);
    expect(said.join()).to.not.match(/hunter2|AKIA/);
    expect(said[1]).to.match(/^DB_PASSWORD is \*\*\* \(hidden\); .* Write the ARN of it in Secrets Manager/);
  });

  it("takes references, and what only speaks of secrets", () => {
    const document = {
      secrets: {
        DB_PASSWORD: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-a1b2c3",
        API_TOKEN: "/shop/prod/api-token",
      },
      TOKEN_TTL: "300",
      PASSWORD_FILE: "db",
      customerKey: true,
      hashKey: "cartId",
      url: "https://shop.example.com/a@b",
      token: "",
      certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/0123",
    };
    expect(places(document)).to.deep.equal([]);
  });

  it("STO-21: holds for a stack's settings and for its services, before anything else can print the value", () => {
    const refused = (read: () => unknown) => {
      try {
        read();
      } catch (error) {
        return (error as Error).message;
      }
      return "";
    };
    const settings = refused(() => stackSettings({ entry: { password: "hunter2" } }));
    expect(settings).to.match(/^setpoint:deployment\.entry\.password: password is \*\*\*/);
    const environment = [{ name: "DB_PASSWORD", value: "hunter2" }];
    const services = { cart: { deploy: { environment } } };
    const declared = refused(() =>
      declaredServices({ services }, "Pulumi.dev.yaml", () => {
        throw new Error("no traces here");
      }),
    );
    expect(declared).to.match(/services\.cart\.deploy\.environment\[0\]\.value: value is \*\*\*/);
    expect(settings + declared).to.not.include("hunter2");
  });
});
