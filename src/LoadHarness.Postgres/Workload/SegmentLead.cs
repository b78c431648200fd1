using System.Text.Json.Nodes;

namespace LoadHarness.Postgres.Workload;

/// <summary>A lead as the oracle sees it.</summary>
public sealed record SegmentLead(
    string Email, string? Name, string? Company, string? Source, string Status, string? Position, string[] Tags, JsonObject CustomFields,
        DateTime CreatedAt, DateTime UpdatedAt)
{
    public string? TextOf(string field) => field switch
    {
        "email" => Email,
        "name" => Name,
        "company" => Company,
        "source" => Source,
        "status" => Status,
        "position" => Position,
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "no text field"),
    };
}
