using System.Text.RegularExpressions;

namespace LoadHarness.IntegrationTests.Input;

/// <summary>What a parameter promises of a bad value: the states that refuse it, and the values that are answered all the same.</summary>
internal sealed record Promise(string States, params string[] Answered)
{
    private const string Everything = "*";

    private static readonly Promise Count = new("LH004", "null", "0");

    private static readonly string[] ShortTexts = BadValues.OrdinaryTexts;

    // By the parameter's name; with its function in front where one function differs.
    private static readonly Dictionary<string, Promise> ByName = new()
    {
        ["p_workspace_id"] = new("LH001"),
        ["p_campaign_id"] = new("LH007"),
        // No campaign of that id is sending: false.
        ["complete_campaign.p_campaign_id"] = new("LH007", Everything),
        ["p_import_id"] = new("LH004"),
        ["p_api_key_id"] = new("LH004", Everything),
        ["p_run_id"] = new("LH004", Everything),
        ["begin_lead_import.p_source"] = new("LH004", [.. ShortTexts.Where(t => t != "' '")]),
        ["p_source"] = new("LH004", Everything),
        ["p_chunk"] = new("LH006", "null"),
        // Bad rows are reported one by one and the good ones kept.
        ["p_leads"] = new("LH004", Everything),
        ["p_lead_ids"] = new("LH004", Everything),
        ["p_conditions"] = new("LH00[234]", "'{\"field\": \"custom.n\", \"operator\": \"greater_than\", \"value\": 1e1000}'"),
        ["p_segment"] = new("LH00[234]", "'{\"field\": \"custom.n\", \"operator\": \"greater_than\", \"value\": 1e1000}'"),
        ["p_first_lead_id"] = new("LH004", Everything),
        ["p_last_lead_id"] = new("LH004", Everything),
        ["p_worker"] = new("LH004", ShortTexts),
        ["p_limit"] = new("LH006"),
        ["p_cap"] = new("LH006", "null", "9223372036854775807"),
        ["p_ids"] = new("LH004", Everything),
        ["p_provider_prefix"] = new("LH004", ["''", .. ShortTexts]),
        // Without a name or time, or with another claim's, nothing is marked.
        ["mark_email_sends_sent.p_worker"] = new("LH004", Everything),
        ["mark_email_sends_failed.p_worker"] = new("LH004", Everything),
        ["p_claimed_at"] = new("LH004", Everything),
        ["p_provider_ids"] = new("LH004", "null", "'{null}'", "'{\"\"}'"),
        ["p_error"] = new("LH004", Everything),
        ["p_retry_after"] = new("LH004"),
        ["p_max_attempts"] = new("LH004"),
        ["p_at"] = new("LH004"),
        ["p_send_window"] = new("LH004", "null", "'(,)'"),
        ["schedule_campaign.p_everybody"] = new("LH004"),
        ["start_due_campaigns.p_limit"] = new("LH006"),
        ["p_older_than"] = new("LH004"),
        ["p_events"] = new("LH008", "'[]'"),
        ["apply_send_events.p_events"] = new("LH008", Everything),
        ["p_sent"] = Count,
        ["p_delivered"] = Count,
        ["p_opened"] = Count,
        ["p_clicked"] = Count,
        ["p_bounced"] = Count,
        ["p_unsubscribed"] = Count,
        ["p_complained"] = Count,
        ["p_term"] = new("LH004", ["null", "''", .. ShortTexts]),
        ["p_status"] = new("LH004", "null"),
        ["p_tags"] = new("LH004", "null", "'{}'", "'{\"\"}'", "array[repeat('x', 10000000)]"),
        ["p_cursor"] = new("LH005", "null"),
        ["p_min_calls"] = new("LH006", Everything),
        ["p_from"] = new("LH004"),
        ["p_to"] = new("LH004"),
        ["p_period"] = new("LH004"),
        ["p_name"] = new("LH004", [.. ShortTexts.Where(t => t != "' '")]),
        ["p_expires_at"] = new("LH004", "null"),
        ["p_auto_renew"] = new("LH004"),
        ["p_renewal_period_days"] = new("LH004"),
        ["p_api_key"] = new("LH004", Everything),
        ["p_reason"] = new("LH004", ["null", "''", .. ShortTexts]),
        ["p_keep"] = new("LH004"),
        ["p_months_ahead"] = new("LH004", "0"),
        ["p_job"] = new("LH004"),
        ["p_runner"] = new("LH004", Everything),
        ["p_outcome"] = new("LH004"),
        ["p_detail"] = new("LH004", Everything),
        ["p_email"] = new("LH004"),
        ["p_lead_id"] = new("LH004"),
        // Nobody here has that id: nothing changed.
        ["p_user_id"] = new("LH004", Everything),
        // No invitation is there: false.
        ["p_into_workspace_id"] = new("LH004", Everything),
        ["p_role"] = new("LH004"),
        ["p_owner_email"] = new("LH004"),
        ["p_owner_name"] = new("LH004", [.. ShortTexts.Where(t => t != "' '")]),
        ["p_batch"] = new("LH006"),
        ["p_query"] = new("LH004", Everything),
        // There is no task of that number: nothing.
        ["p_step"] = new("LH004", "0", "2147483647"),
        // PostgreSQL itself refuses a subquery in a call.
        ["outcomes"] = new("(LH004|0A000)", "null"),
        ["is_usual_time.p_at"] = new("LH004", Everything),
        // A text that is no address stays none.
        ["address_is_normal.p_email"] = new("LH004", Everything),
        ["normalised_address.p_email"] = new("LH004", Everything),
        ["suppress_address.p_reason"] = new("LH004"),
        ["unsuppress_address.p_reason"] = new("LH004", [.. ShortTexts.Where(t => t != "' '")]),
        ["p_json"] = new("LH009", "null", "'99999999999999999999.1'"),
    };

    public static Promise Of(GrantedRoutine routine, RoutineParameter parameter) =>
        ByName.TryGetValue($"{routine.Name}.{parameter.Name}", out var own) || ByName.TryGetValue(parameter.Name, out own)
            ? own
            : throw new KeyNotFoundException($"Nothing is promised of bad values for {routine.Name}({parameter.Name}): add it.");

    /// <summary>What breaks the promise, as a sentence; null when nothing does.</summary>
    public string? Broken(string bad, Outcome outcome) => outcome.State switch
    {
        null => Answered.Contains(Everything) || Answered.Contains(bad) ? null : "answered, though the value makes no sense",
        var state => Regex.IsMatch(state, $"^{States}$")
            && outcome.Sentence.Contains(' ', StringComparison.Ordinal) ? null : $"refused by {state} \"{outcome.Sentence}\", not {States}",
    };
}

/// <param name="State">SQLSTATE; null when the call was answered.</param>
internal sealed record Outcome(string? State, string Sentence);
