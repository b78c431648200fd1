using LoadHarness.Agents.Broker;
using LoadHarness.Agents.Messages;
using LoadHarness.Core;

namespace LoadHarness.Agents.Coordinating;

/// <summary>
/// A coordinator's place at a broker, taken before its database is prepared: that nobody answers there, or that another run uses it, shows
/// at the start. Agents that come meanwhile are told to wait.
/// </summary>
public sealed class HeldBroker : IAsyncDisposable
{
    /// <summary>For a broker that is being started again when the database is ready: that may have taken hours.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private volatile bool _isOpen;
    private int _isDisposed;

    private HeldBroker(BrokerAddress address, Exchange exchange) => (Address, Exchange) = (address, exchange);

    public BrokerAddress Address { get; }

    internal Exchange Exchange { get; }

    /// <exception cref="HarnessException">There is no connection to the broker, or another run uses it with this token.</exception>
    public static async Task<HeldBroker> TakeAsync(BrokerAddress broker, CancellationToken cancellationToken)
    {
        var held = new HeldBroker(broker, await Exchange.OpenAsync(broker, "loadharness coordinator", cancellationToken));
        try
        {
            if (await held.Exchange.IsAnsweredAsync(new CoordinatorRequest(), cancellationToken))
                throw new HarnessException(
                    $"Another run uses the broker {broker} with this token. Wait for it, or give this run a token of its own.",
                    ExitCode.BadUsage);
            await held.Exchange.ServeAsync<CoordinatorRequest, CoordinatorAnswer>(
                _ => Task.FromResult(new CoordinatorAnswer(held._isOpen)));
            return held;
        }
        catch
        {
            await held.DisposeAsync();
            throw;
        }
    }

    /// <summary>Once: who made use of it lets go of it before who took it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0) await Exchange.DisposeAsync();
    }

    /// <exception cref="HarnessException">The broker has gone away since.</exception>
    internal async Task RequireAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Exchange.PingAsync(Patience, cancellationToken);
        }
        catch (Exception gone) when (gone is not OperationCanceledException)
        {
            throw new HarnessException(
                $"The broker {Address} answered when the run began, and now gives no answer within {Patience.TotalSeconds:0} s. "
                    + "Check that it runs and is reachable from here, and run again.", inner: gone);
        }
    }

    /// <summary>Agents may join.</summary>
    internal void Open() => _isOpen = true;
}
