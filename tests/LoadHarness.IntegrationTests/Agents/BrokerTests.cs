using System.Diagnostics;
using LoadHarness.Agents.Broker;
using LoadHarness.Agents.Messages;
using LoadHarness.Core;

namespace LoadHarness.IntegrationTests.Agents;

/// <summary>A nats-server of this program, and what becomes of requests without one.</summary>
public sealed class BrokerTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_broker_that_goes_away_is_not_waited_for_without_end()
    {
        RequireBroker();
        var broker = await NatsServer.StartAsync(Stop);
        await using var exchange = await Exchange.OpenAsync(broker.Address, "test", Stop);
        await broker.DisposeAsync();

        Assert.False(await exchange.IsAnsweredAsync(new ClockRequest("1/3"), Stop).WaitAsync(TimeSpan.FromMinutes(5), Stop));
        await Assert.ThrowsAsync<HarnessException>(() => exchange.AskAsync<ClockRequest, ClockAnswer>(
            new("1/3"), TimeSpan.FromSeconds(0.5), Stop).WaitAsync(TimeSpan.FromMinutes(5), Stop));
    }

    [Fact]
    public async Task A_broker_has_a_session_of_its_own_so_that_no_terminal_interrupts_it()
    {
        RequireBroker();
        Require.Present(OperatingSystem.IsLinux() ? null : "Sessions of processes are read in /proc, which Linux has.");
        await using var broker = await NatsServer.StartAsync(Stop);
        var brokers = Process.GetProcessesByName(NatsServer.Program).Select(process => Stat(process.Id))
            .Where(stat => Stat(stat.Parent).Parent == Environment.ProcessId).ToList();

        Assert.NotEmpty(brokers);
        Assert.All(brokers, stat => Assert.NotEqual(Stat(Environment.ProcessId).Session, stat.Session));

        // The name is in brackets; behind it come state, parent, group and session.
        static (int Parent, int Session) Stat(int process)
        {
            try
            {
                var words = File.ReadAllText($"/proc/{process}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                return (int.Parse(words[1]), int.Parse(words[3]));
            }
            catch (IOException)
            {
                // Somebody else's that has ended meanwhile.
                return default;
            }
        }
    }

    private static void RequireBroker() => Require.Present(NatsServer.Find() is null ? NatsServer.HowToGetIt : null);
}
