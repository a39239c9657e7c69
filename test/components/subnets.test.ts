import { expect } from "chai";
import fc from "fast-check";
import { privateAddresses, subnetCidrs } from "../../components/subnets.ts";

const ZONES = [..."abcdefgh"].map((letter) => `eu-west-1${letter}`);

describe("subnetCidrs", () => {
  it("gives the first zone the first block and the ninth", () => {
    expect(subnetCidrs("10.0.0.0/16", "eu-west-1a")).to.deep.equal({
      private: "10.0.0.0/20",
      public: "10.0.128.0/20",
    });
    expect(subnetCidrs("172.16.4.0/22", "us-east-1c")).to.deep.equal({
      private: "172.16.4.128/26",
      public: "172.16.6.128/26",
    });
  });

  it("cuts the whole block into subnets that neither overlap nor leave it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 23 }), fc.nat(255), (prefix, second) => {
        const taken = ZONES.flatMap((zone) => Object.values(subnetCidrs(`10.${second}.0.0/${prefix}`, zone)));
        const starts = taken.map(firstAddress).toSorted((a, b) => a - b);
        const size = 2 ** (32 - prefix - 4);
        expect(starts).to.deep.equal(
          starts.map((_, i) => firstAddress(`10.${second}.0.0/${prefix}`) + i * size),
        );
        expect(taken.every((cidr) => cidr.endsWith(`/${prefix + 4}`))).to.equal(true);
      }),
    );
  });

  it("counts a /20 as 4,091 addresses, five being AWS's own", () => {
    expect(privateAddresses("10.0.0.0/16", 3)).to.equal(3 * 4091);
  });
});

function firstAddress(cidr: string): number {
  return cidr
    .split("/")[0]!
    .split(".")
    .reduce((sum, octet) => sum * 256 + Number(octet), 0);
}
