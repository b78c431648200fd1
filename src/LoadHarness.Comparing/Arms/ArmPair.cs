namespace LoadHarness.Comparing.Arms;

/// <summary>Both arms, at work on copies of filled clusters. They can be copied anew, in the other order.</summary>
/// <param name="startA">Copies the cluster and starts the arm.</param>
public sealed class ArmPair<TArm>(
    Func<CancellationToken, Task<TArm>> startA, Func<CancellationToken, Task<TArm>> startB) : IAsyncDisposable
    where TArm : ArmServer
{
    private bool _aFirst = true;
    private TArm? _serverA;
    private TArm? _serverB;

    public TArm A => _serverA ?? throw new InvalidOperationException("The arm A is not started.");

    public TArm B => _serverB ?? throw new InvalidOperationException("The arm B is not started.");

    /// <summary>Whether both are made at the same time: for those whose place on the disk does not matter.</summary>
    public bool BothAtOnce { get; init; }

    /// <summary>A pair that could not be started is to be disposed all the same.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (BothAtOnce)
        {
            await Task.WhenAll(StartAAsync(), StartBAsync());
            return;
        }

        if (_aFirst) await StartAAsync();
        await StartBAsync();
        if (!_aFirst) await StartAAsync();

        async Task StartAAsync() => _serverA = await startA(cancellationToken);

        async Task StartBAsync() => _serverB = await startB(cancellationToken);
    }

    public async Task CopyAnewAsync(CancellationToken cancellationToken)
    {
        await DisposeAsync();
        _aFirst = !_aFirst;
        await StartAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_serverA is { } a) await a.DisposeAsync();
        if (_serverB is { } b) await b.DisposeAsync();
        (_serverA, _serverB) = (null, null);
    }
}
