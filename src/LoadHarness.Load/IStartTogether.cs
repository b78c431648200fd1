namespace LoadHarness.Load;

/// <summary>Generators that share a load begin each of its phases together.</summary>
public interface IStartTogether
{
    /// <summary>Waits until every generator stands at the same phase.</summary>
    /// <param name="phase">warm-up or measuring.</param>
    /// <returns>When all begin, by the clock of this machine.</returns>
    Task<DateTimeOffset> WaitAsync(PhaseKind phase, CancellationToken cancellationToken);
}
