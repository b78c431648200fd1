using System.Text.Json.Serialization;
using LoadHarness.Core.Output;

namespace LoadHarness.Core.Measurement;

/// <summary>Some neighbouring seconds of one operation: for its own heat map and its percentiles over time.</summary>
/// <param name="Second">The first of them, in whole seconds since the measured phase began.</param>
/// <param name="Seconds">How many; the same for all stretches of an operation, more in a longer scenario.</param>
/// <param name="Completed">Requests that completed in them; a stretch without any is left out.</param>
/// <param name="Buckets">Their response times, encoded.</param>
public sealed record OperationStretch(
    int Second, int Seconds, long Completed, [property: JsonConverter(typeof(WholeText))] string Buckets)
{
    /// <summary>An operation has at most so many, however long it ran.</summary>
    public const int Most = 60;
}
