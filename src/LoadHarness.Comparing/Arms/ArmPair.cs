using LoadHarness.Core.Comparing;
using LoadHarness.Core.Progress;

namespace LoadHarness.Comparing.Arms;

/// <summary>Both arms, at work on copies of seeded clusters. They can be copied anew, in the other order.</summary>
public sealed class ArmPair : IAsyncDisposable
{
    private readonly (ArmSpecification Specification, ArmFactory Factory) _a;
    private readonly (ArmSpecification Specification, ArmFactory Factory) _b;
    private readonly IStageProgress _progress;
    private bool _aFirst = true;
    private ArmServer? _serverA;
    private ArmServer? _serverB;

    private ArmPair((ArmSpecification, ArmFactory) a, (ArmSpecification, ArmFactory) b, IStageProgress progress) =>
        (_a, _b, _progress) = (a, b, progress);

    public ArmServer A => _serverA ?? throw new InvalidOperationException("The arm A is not started.");

    public ArmServer B => _serverB ?? throw new InvalidOperationException("The arm B is not started.");

    public static async Task<ArmPair> StartAsync(
        (ArmSpecification, ArmFactory) a, (ArmSpecification, ArmFactory) b, IStageProgress progress, CancellationToken cancellationToken)
    {
        var pair = new ArmPair(a, b, progress);
        try
        {
            await pair.StartAsync(cancellationToken);
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
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

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_aFirst) _serverA = await _a.Factory.StartAsync("A", _a.Specification, _progress, cancellationToken);
        _serverB = await _b.Factory.StartAsync("B", _b.Specification, _progress, cancellationToken);
        if (!_aFirst) _serverA = await _a.Factory.StartAsync("A", _a.Specification, _progress, cancellationToken);
    }
}
