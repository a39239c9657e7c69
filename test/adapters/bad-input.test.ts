import { expect } from "chai";
import { badInput, didYouMean, isBadInput, nearest, shown } from "../../adapters/bad-input.ts";

describe("badInput", () => {
  it("has one line for each fault", () => {
    const error = badInput([
      { where: "a.yaml:1:2 x", message: "x is 0; it must be greater than 0." },
      { where: "a.yaml:2:2 y", message: "y is missing; declare it." },
    ]);
    expect(error.message).to.equal(
      "a.yaml:1:2 x: x is 0; it must be greater than 0.\na.yaml:2:2 y: y is missing; declare it.",
    );
    expect(isBadInput(error)).to.equal(true);
  });

  it("shows the first 50 faults and counts the rest", () => {
    const { message, faults } = badInput(
      Array.from({ length: 53 }, (_, i) => ({ where: `line ${i}`, message: "wrong." })),
    );
    expect(message.split("\n")).to.have.length(51);
    expect(message).to.match(/… and 3 more$/);
    expect(faults).to.have.length(53);
  });

  it("SP-8: shows characters that forge lines or turn them around as their codes, in keys and places too", () => {
    const forged = "a\u001b[2K\r\nINFO: all is well\u009b\u2028\u202e";
    const { message } = badInput([{ where: forged, message: `\`${forged}\` is unknown` }]);
    expect(message).to.match(/^a\\u001b\[2K\\u000d\\u000aINFO: all is well\\u009b\\u2028\\u202e: `a/);
    expect(message).to.not.match(/[\p{Cc}\u2028\u202e]/u);
  });

  it("is told from other errors", () => {
    expect(isBadInput(new Error("disk full"))).to.equal(false);
    expect(isBadInput("BadInput")).to.equal(false);
  });
});

describe("what an error shows of a value", () => {
  const secrets = [
    `AKIA${"IOSFODNN7EXAMPLE"}`,
    "postgres://admin:hunter2@db/cart",
    `ghp_${"x".repeat(36)}`,
    "v1:abc:def",
    "-----BEGIN PRIVATE KEY-----",
  ];
  for (const secret of secrets)
    it(`never holds ${secret.slice(0, 4)}…`, () => {
      expect(shown("field", secret)).to.equal("*** (hidden)");
    });

  it("never holds the value of a field named like a secret", () => {
    expect(shown("apiKey", "hunter2")).to.equal("*** (hidden)");
    expect(shown("password", "hunter2")).to.equal("*** (hidden)");
  });

  it("PLN-13 never holds an account id", () => {
    expect(shown("action", "arn:aws:sns:eu-central-1:123456789012:ops")).to.equal(
      '"arn:aws:sns:eu-central-1:************:ops"',
    );
  });

  it("is the value itself when it is short", () => {
    expect([
      shown("a", 1),
      shown("a", "1 s"),
      shown("a", null),
      shown("a", undefined),
      shown("a", []),
    ]).to.deep.equal(["1", '"1 s"', "null", "missing", "an empty list"]);
  });
});

describe("the nearest known key", () => {
  it("is the one with the fewest edits", () => {
    expect(nearest("maxwait", ["mean", "maxWait", "startup"])).to.equal("maxWait");
    expect(didYouMean("maxwait", ["mean", "maxWait"])).to.equal("did you mean `maxWait`?");
  });

  it("is none when none is near", () => {
    expect(nearest("colour", ["compute", "slos"])).to.equal(undefined);
    expect(didYouMean("colour", ["cpu", "slos"])).to.equal("known here: cpu, slos");
  });
});
