using LoadHarness.Agents.Broker;

namespace LoadHarness.UnitTests.Agents;

public sealed class BrokerAddressTests
{
    [Theory]
    [InlineData("nats://s3cr3t@host:4222")]
    [InlineData("nats://user:s3cr3t@host:4222")]
    [InlineData("http://s3cr3t@host:4222")]
    [InlineData("nats://s3cr3t@")]
    [InlineData("s3cr3t@host")]
    [InlineData("nats://s3cr3t@host:4222/more")]
    public void A_secret_in_an_address_is_refused_and_not_repeated(string url)
    {
        var fault = BrokerAddress.FaultOf("--broker", url);

        Assert.Contains("shows in the process list", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nats://host:4222", null)]
    [InlineData("tls://host:4222/", null)]
    [InlineData("http://host:4222", "no address of a broker")]
    [InlineData("nats://host:4222/more", "nothing may follow")]
    public void An_address_has_a_host_and_a_port_alone(string url, string? expected)
    {
        var fault = BrokerAddress.FaultOf("--join", url);

        if (expected is null) Assert.Null(fault);
        else Assert.Contains(expected, fault, StringComparison.Ordinal);
    }
}
