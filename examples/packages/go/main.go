package main

import (
	"example.com/pulumi-setpoint/sdk/go/setpoint"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		shop, err := setpoint.NewPlatform(ctx, "shop", &setpoint.PlatformArgs{
			Deployment: setpoint.DeploymentArgs{
				Profile: pulumi.StringRef("dev"),
				Network: setpoint.NetworkArgs{Cidr: "10.0.0.0/20", Zones: []string{"eu-west-1a", "eu-west-1b"}},
				Entry:   &setpoint.EntryArgs{Insecure: pulumi.BoolRef(true)},
				Storage: &setpoint.StorageArgs{
					Tables: map[string]setpoint.TableArgs{
						"carts": {
							HashKey: setpoint.AttributeArgs{Name: "cartId", Type: "string"},
							Ttl:     pulumi.StringRef("expiresAt"),
						},
					},
				},
			},
			Services: map[string]setpoint.ServiceArgs{
				"cart": {
					Compute: setpoint.ComputeArgs{
						Type:   "fargate",
						Cpu:    pulumi.Float64Ref(512),
						Memory: pulumi.Float64Ref(1024),
					},
					Slos: []setpoint.SloArgs{
						{Name: "latency", Threshold: pulumi.StringRef("1 s"), Objective: pulumi.StringRef("99 %")},
					},
					// what one task can do
					Capacity: setpoint.CapacityArgs{
						ServiceTime: map[string]pulumi.Input{"mean": pulumi.String("200 ms"), "cv": pulumi.Float64(0.7)},
						Concurrency: pulumi.Float64Ref(2),
						MaxWait:     pulumi.StringRef("5 s"),
						Startup:     "75 s",
					},
					Demand: setpoint.DemandArgs{Peak: pulumi.StringRef("20 /s"), Growth: pulumi.StringRef("20 %")},
					Bounds: &setpoint.BoundsArgs{
						Min:    pulumi.Float64Ref(2),
						Max:    pulumi.Float64Ref(20),
						Budget: pulumi.StringRef("150 USD/month"),
					},
					Deploy: &setpoint.DeployArgs{
						Paths:   []string{"/cart", "/cart/*"},
						Storage: &setpoint.GrantsArgs{Tables: map[string]string{"carts": "readWrite"}},
					},
				},
			},
		})
		if err != nil {
			return err
		}
		ctx.Export("url", shop.Url)
		ctx.Export("scaling", shop.Scaling)
		return nil
	})
}
