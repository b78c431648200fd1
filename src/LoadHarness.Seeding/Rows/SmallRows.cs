using System.Security.Cryptography;
using System.Text;

namespace LoadHarness.Seeding.Rows;

/// <summary>
/// The rows of every table that does not grow with the number of leads, as JSON objects, in an order that foreign keys allow.
/// </summary>
internal sealed class SmallRows(ulong seed, SeedCalendar calendar, SendDraws sends, SeedPlan plan)
{
    private const int UsersPerWorkspace = 3;

    private static readonly string[] Roles = ["owner", "admin", "member"];

    private readonly SeededVocabulary _words = SeededVocabulary.For(seed);
    private readonly CampaignRows _campaigns = new(seed, calendar, sends);
    private readonly DateTime _opened = SeedCalendar.Utc(calendar.MonthStart(0));

    public IEnumerable<SmallTable> All()
    {
        yield return new("workspaces", "id, name, created_at", [.. plan.Workspaces.Select(Workspace)]);
        yield return new("users", "id, email, name, created_at", [.. plan.Workspaces.SelectMany(Users)]);
        yield return new("workspace_members", "workspace_id, user_id, role, created_at", [.. plan.Workspaces.SelectMany(Members)]);
        yield return new("email_templates", "id, workspace_id, name, subject, body, created_at",
            [.. plan.Workspaces.SelectMany(Templates)]);
        yield return new("lead_segments", "id, workspace_id, name, conditions, created_at", [.. plan.Workspaces.SelectMany(Segments)]);
        yield return new(
            "campaigns", "id, workspace_id, template_id, name, subject, status, scheduled_at, completed_at, created_at, updated_at",
            [.. plan.Workspaces.SelectMany(_campaigns.Of)]);
        yield return new("webhooks", "id, workspace_id, url, events, created_at", [.. plan.Workspaces.Select(Webhook)]);
        yield return new(
            "api_keys", "id, workspace_id, name, key_hash, status, expires_at, auto_renew, renewal_period_days, created_at",
            [.. plan.Workspaces.SelectMany(ApiKeys)]);
    }

    private object Workspace(long id) => new { id, name = Of(_words.Companies, id), created_at = _opened };

    private IEnumerable<object> Users(long workspace) => Enumerable.Range(0, UsersPerWorkspace).Select(i => (object)new
    {
        id = UserId(workspace, i),
        email = $"{Roles[i]}@workspace-{workspace}.example",
        name = $"{Of(_words.FirstNames, UserId(workspace, i))} {Of(_words.LastNames, UserId(workspace, i))}",
        created_at = _opened,
    });

    private IEnumerable<object> Members(long workspace) => Enumerable.Range(0, UsersPerWorkspace).Select(i => (object)new
    {
        workspace_id = workspace,
        user_id = UserId(workspace, i),
        role = Roles[i],
        created_at = _opened,
    });

    // There may be more workspaces than words.
    private static string Of(IReadOnlyList<string> words, long number) => words[(int)(number % words.Count)];

    private static long UserId(long workspace, int index) => ((workspace - 1) * UsersPerWorkspace) + index + 1;

    private IEnumerable<object> Templates(long workspace) => Enumerable.Range(0, CampaignRows.TemplatesPerWorkspace).Select(i => (object)new
    {
        id = SeedPlan.CampaignId(workspace, i),
        workspace_id = workspace,
        name = $"Template {i + 1}",
        subject = _words.Subjects[i],
        body = $"<h1>{_words.Subjects[i]}</h1><p>Hello {{{{name}}}}</p>",
        created_at = _opened,
    });

    private IEnumerable<object> Segments(long workspace) => SegmentConditions().Select((segment, i) => (object)new
    {
        id = SeedPlan.CampaignId(workspace, i),
        workspace_id = workspace,
        name = segment.Name,
        conditions = segment.Conditions,
        created_at = _opened,
    });

    private IEnumerable<(string Name, object Conditions)> SegmentConditions()
    {
        var newest = SeedCalendar.Utc(calendar.MonthStart(SeedCalendar.Months - 1));
        yield return ("Customers", Leaf("tags", "contains", "customer"));
        yield return ("Trials on the pro plan",
            new { and = new[] { Leaf("tags", "contains", "trial"), Leaf("custom.plan", "equals", "pro") } });
        yield return ("Joined this month",
            Leaf("created_at", "after", newest.ToString("yyyy-MM-dd")));
        yield return ("Hot leads", new { or = new[] { Leaf("custom.score", "greater_than", 80), Leaf("tags", "contains", "vip") } });
    }

    private static object Leaf(string field, string @operator, object value) => new { field, @operator, value };

    private object Webhook(long workspace) => new
    {
        id = workspace,
        workspace_id = workspace,
        url = $"https://hooks.workspace-{workspace}.example/events",
        events = new[] { "email.opened", "email.clicked", "email.bounced" },
        created_at = _opened,
    };

    // One key that renews itself and one that has expired; only hashes of made-up keys, as the schema asks.
    private IEnumerable<object> ApiKeys(long workspace) => Enumerable.Range(0, 2).Select(i => (object)new
    {
        id = (workspace * 2) + i - 1,
        workspace_id = workspace,
        name = i == 0 ? "Production" : "Retired",
        key_hash = "\\x" + Convert.ToHexString(HashOfNoKey($"seed {seed} workspace {workspace} key {i}")),
        status = i == 0 ? "active" : "expired",
        expires_at = SeedCalendar.Utc(calendar.End).AddDays(i == 0 ? 400 : -30),
        auto_renew = i == 0,
        renewal_period_days = 365,
        created_at = _opened,
    });

    // A byte turned round: of this hash nobody knows a key, so that none can be guessed from the seed and used.
    private static byte[] HashOfNoKey(string text)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        hash[0] ^= 0xFF;
        return hash;
    }
}

/// <param name="Columns">As in the insert.</param>
internal sealed record SmallTable(string Name, string Columns, IReadOnlyList<object> Rows);
