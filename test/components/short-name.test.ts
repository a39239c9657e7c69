import { expect } from "chai";
import fc from "fast-check";
import { shortName } from "../../components/short-name.ts";

describe("shortName", () => {
  it("fits AWS's rules for 32 characters with Pulumi's suffix of 8, and is its own name when it can be", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z][a-z0-9._-]{0,80}$/), (name) => {
        expect(shortName(name)).to.match(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,22}[A-Za-z0-9])?$/);
        if (/^[a-z](?:[a-z0-9-]{0,22}[a-z0-9])?$/.test(name)) expect(shortName(name)).to.equal(name);
      }),
    );
  });

  it("tells two long names with one beginning apart", () => {
    const long = "a-service-with-a-very-long-name";
    expect(shortName(`${long}-one`)).to.not.equal(shortName(`${long}-two`));
  });
});
