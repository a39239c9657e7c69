import { expect } from "chai";
import fc from "fast-check";
import { type Block, block, cidrOf, holds, overlap } from "../../adapters/cidr.ts";

const blocks = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }))
  .map(([address, prefix]): Block => ({ first: address - (address % 2 ** (32 - prefix)), prefix }));

describe("a CIDR block", () => {
  it("reads as it is written", () => {
    fc.assert(fc.property(blocks, (each) => void expect(block(cidrOf(each))).to.deep.equal(each)));
    expect(block("10.1.2.0/24")).to.deep.equal({ first: 10 * 2 ** 24 + 2 ** 16 + 2 * 256, prefix: 24 });
  });

  it("overlaps another only by holding it or lying in it, and then shares the smaller of the two", () => {
    fc.assert(
      fc.property(blocks, blocks, (one, other) => {
        const shared = overlap(one, other);
        expect(shared).to.deep.equal(overlap(other, one));
        expect(shared !== undefined).to.equal(holds(one, other) || holds(other, one));
      }),
    );
    const text = (one: string, other: string) => {
      const shared = overlap(block(one), block(other));
      return shared && cidrOf(shared);
    };
    expect(text("10.0.0.0/16", "10.0.3.0/24")).to.equal("10.0.3.0/24");
    expect(text("10.0.0.0/16", "10.1.0.0/16")).to.equal(undefined);
    expect(text("0.0.0.0/0", "255.255.255.255/32")).to.equal("255.255.255.255/32");
  });
});
