namespace LoadHarness.Postgres.Observation;

/// <summary>How often something was read of the server, and how often it could not be.</summary>
/// <param name="what">In a sentence.</param>
internal sealed class Readings(string what)
{
    private int _read;
    private int _refused;
    private string? _reason;

    /// <summary>What is missing and why, in a sentence; null when nothing is.</summary>
    public string? Gap => (_refused, _read) switch
    {
        (0, _) => null,
        (_, 0) => $"No {what}: {_reason}.",
        _ => $"{_refused} of {_refused + _read} readings of the {what} failed, the first with: {_reason}.",
    };

    public void Note() => _read++;

    public void Note(Exception refusal)
    {
        _refused++;
        _reason ??= refusal.Message.Split('\n')[0].TrimEnd().TrimEnd('.');
    }
}
