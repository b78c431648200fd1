namespace LoadHarness.Load.Scheduling;

/// <summary>Draws operations by weight, as a function of the iteration's seed alone.</summary>
internal sealed class OperationMix
{
    private readonly double[] _upTo;

    public OperationMix(IReadOnlyList<Operation> operations)
    {
        var total = operations.Sum(o => o.Weight);
        var sum = 0.0;
        _upTo = [.. operations.Select(o => (sum += o.Weight) / total)];
        _upTo[^1] = 1;
    }

    public int Pick(ulong iterationSeed)
    {
        if (_upTo.Length == 1) return 0;
        var draw = (SeededRandom.Mix(iterationSeed, 1) >> 11) * (1.0 / (1UL << 53));
        var index = 0;
        while (draw >= _upTo[index]) index++;
        return index;
    }
}
