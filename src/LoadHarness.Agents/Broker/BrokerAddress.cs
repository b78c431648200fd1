using LoadHarness.Core;
using LoadHarness.Core.Options;
using NATS.Client.Core;

namespace LoadHarness.Agents.Broker;

/// <summary>Where the messages go, and the secret that opens it.</summary>
public sealed record BrokerAddress(Uri Url, string Token)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private const string Form = "Write it as nats://host:4222, or tls://host:4222 with encryption.";

    /// <summary>Without the token: a record's own text would hold it.</summary>
    public override string ToString() => Url.GetLeftPart(UriPartial.Authority);

    /// <param name="option">The option that the address stands in, for the message.</param>
    /// <returns>Why it is none; null when it is one.</returns>
    public static string? FaultOf(string option, string url)
    {
        // First of all, so that no later message repeats it.
        if (url.Contains('@', StringComparison.Ordinal))
            return $"{option}: the address holds a password or token, which shows in the process list. "
                + $"Leave it out, and set {AgentToken.EnvironmentVariable} or --token-file.";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("nats" or "tls") || uri.Host.Length == 0)
            return $"{option} '{Redaction.Of(url)}': that is no address of a broker. {Form}";
        return uri.PathAndQuery is "/" or "" ? null : $"{option} '{Redaction.Of(url)}': behind the port nothing may follow. {Form}";
    }

    /// <exception cref="HarnessException">Nobody answers, or the token is not the broker's.</exception>
    internal async Task<NatsConnection> ConnectAsync(string name, CancellationToken cancellationToken)
    {
        var connection = new NatsConnection(new NatsOpts
        {
            Url = Url.ToString(),
            Name = name,
            AuthOpts = new NatsAuthOpts { Token = Token },
            TlsOpts = new NatsTlsOpts { Mode = Url.Scheme == "tls" ? TlsMode.Require : TlsMode.Auto },
            ConnectTimeout = Patience,
            // What is not there in time counts as lost, so a connection that breaks is tried again quickly or not at all.
            ReconnectWaitMin = TimeSpan.FromMilliseconds(200),
            ReconnectWaitMax = TimeSpan.FromSeconds(1),
        });
        try
        {
            await connection.ConnectAsync().AsTask().WaitAsync(cancellationToken);
            // A broker that goes away here would be waited for without end.
            await connection.PingAsync(cancellationToken).AsTask().WaitAsync(Patience, cancellationToken);
            return connection;
        }
        catch (Exception refused)
        {
            await connection.DisposeAsync();
            if (refused is OperationCanceledException) throw;
            // The client's words may repeat what it was given.
            throw new HarnessException(
                $"No connection to the broker {this}: "
                    + $"{Redaction.Of(refused.GetBaseException().Message).Replace(Token, Redaction.Mask, StringComparison.Ordinal)}. "
                    + "Check that it runs and is reachable from here, "
                    + $"and that the token in {AgentToken.EnvironmentVariable} or --token-file is its own.");
        }
    }
}
