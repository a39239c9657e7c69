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

  it("NAM-1: is at most 24 of AWS's 32 characters, Pulumi taking 8, and the same on every run", () => {
    const name = "a-service-whose-name-has-forty-character-group";
    expect(shortName(name)).to.equal("a-service-whose-nam-e8e2").and.to.have.length(24);
    expect(shortName(name)).to.equal(shortName(name));
  });

  it("NAM-2: has no underscore, and no hyphen at its ends", () => {
    for (const name of ["cart_lb", "-cart", "cart-", "_cart_"])
      expect(shortName(name), name).to.match(/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/);
  });
});
