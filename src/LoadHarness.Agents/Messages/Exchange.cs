using System.Diagnostics;
using LoadHarness.Agents.Broker;
using LoadHarness.Core;
using NATS.Client.Core;

namespace LoadHarness.Agents.Messages;

/// <summary>
/// Requests and answers over the broker. NATS delivers a message at most once: whatever counts is a request, so that its sender knows that
/// it arrived.
/// </summary>
internal sealed class Exchange : IAsyncDisposable
{
    private const int MostAtOnce = 1_000;

    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    /// <summary>To find out whether there is somebody.</summary>
    private static readonly TimeSpan ShortPatience = TimeSpan.FromSeconds(2);

    private readonly NatsConnection _connection;
    private readonly string _subject;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _serving = [];
    private int _atWork;

    private Exchange(NatsConnection connection, string subject) => (_connection, _subject) = (connection, subject);

    /// <exception cref="HarnessException">There is no connection to the broker.</exception>
    public static async Task<Exchange> OpenAsync(BrokerAddress broker, string name, CancellationToken cancellationToken) =>
        new(await broker.ConnectAsync(name, cancellationToken), AgentToken.SubjectOf(broker.Token));

    /// <exception cref="HarnessException">Nobody answered in time, or the other side refused; carries its words.</exception>
    public async Task<TAnswer> AskAsync<TRequest, TAnswer>(TRequest request, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await RequestAsync(request, patience, cancellationToken);
            return MessageFormat.Read<TAnswer>(answer.Data ?? [], "The coordinator");
        }
        catch (Exception unanswered) when (IsUnanswered(unanswered))
        {
            throw new HarnessException(
                $"The coordinator did not answer ({unanswered.Message.TrimEnd('.')}). "
                    + "Does 'run --agents' still run, on this broker and with this token?", inner: unanswered);
        }
    }

    /// <summary>The answer of who answers such requests; null when nobody does.</summary>
    public async Task<TAnswer?> FindAsync<TRequest, TAnswer>(TRequest request, CancellationToken cancellationToken) where TAnswer : class
    {
        try
        {
            var answer = await RequestAsync(request, ShortPatience, cancellationToken);
            return MessageFormat.Read<TAnswer>(answer.Data ?? [], "The coordinator");
        }
        catch (Exception unanswered) when (IsUnanswered(unanswered))
        {
            return null;
        }
    }

    /// <summary>Whether somebody answers such requests.</summary>
    public async Task<bool> IsAnsweredAsync<TRequest>(TRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await RequestAsync(request, ShortPatience, cancellationToken);
            return true;
        }
        catch (Exception unanswered) when (IsUnanswered(unanswered))
        {
            return false;
        }
    }

    /// <summary>Waits for the broker, which the client alone would do without end.</summary>
    public Task PingAsync(TimeSpan patience, CancellationToken cancellationToken) =>
        _connection.PingAsync(cancellationToken).AsTask().WaitAsync(patience, cancellationToken);

    /// <summary>Answers requests until this is disposed, several at once. What the handler throws is sent back as a fault.</summary>
    public async Task ServeAsync<TRequest, TAnswer>(Func<TRequest, Task<TAnswer>> handle)
    {
        var listening = await _connection.SubscribeCoreAsync<byte[]>(SubjectOf<TRequest>(), cancellationToken: _stop.Token);
        _serving.Add(Task.Run(async () =>
        {
            await foreach (var message in listening.Msgs.ReadAllAsync(_stop.Token))
                if (Interlocked.Increment(ref _atWork) <= MostAtOnce) _ = AnswerAsync(message, handle);
                else Interlocked.Decrement(ref _atWork);
        }));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var serving in _serving) await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _connection.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>Whether a request that ended so may be asked again: nobody refused it.</summary>
    internal static bool IsUnanswered(Exception? fault) => fault is NatsException or TimeoutException;

    // Without a connection the client waits for one, however long that takes: its own timeout begins only then.
    private async Task<NatsMsg<byte[]>> RequestAsync<TRequest>(TRequest request, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience + Slack);
        try
        {
            return await _connection.RequestAsync<byte[], byte[]>(
                SubjectOf<TRequest>(), MessageFormat.Write(request), replyOpts: new() { Timeout = patience },
                cancellationToken: limit.Token)
                .AsTask().WaitAsync(limit.Token);
        }
        catch (OperationCanceledException abandoned) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"there was no connection to the broker for {patience.TotalSeconds:0} s", abandoned);
        }
    }

    private async Task AnswerAsync<TRequest, TAnswer>(NatsMsg<byte[]> message, Func<TRequest, Task<TAnswer>> handle)
    {
        try
        {
            await message.ReplyAsync(await AnswerOfAsync(message.Data ?? [], handle), cancellationToken: _stop.Token);
        }
        catch (Exception gone) when (gone is NatsException or OperationCanceledException or ObjectDisposedException)
        {
            // Who asked asks again, or is found to be lost.
            Debug.WriteLine(gone.Message);
        }
        finally
        {
            Interlocked.Decrement(ref _atWork);
        }
    }

    private static async Task<byte[]> AnswerOfAsync<TRequest, TAnswer>(byte[] request, Func<TRequest, Task<TAnswer>> handle)
    {
        try
        {
            return MessageFormat.Write(await handle(MessageFormat.Read<TRequest>(request, "An agent")));
        }
        catch (HarnessException refused)
        {
            return MessageFormat.WriteFault(refused.Message);
        }
    }

    // ".join" for a JoinRequest.
    private string SubjectOf<TRequest>() =>
        $"{_subject}.{typeof(TRequest).Name.Replace("Request", "", StringComparison.Ordinal).ToLowerInvariant()}";
}
