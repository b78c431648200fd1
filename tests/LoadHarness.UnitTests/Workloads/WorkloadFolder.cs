using LoadHarness.Workloads;

namespace LoadHarness.UnitTests.Workloads;

/// <summary>A folder with a workload that is right, and what becomes of it when something is changed.</summary>
internal sealed class WorkloadFolder : IDisposable
{
    public const string Json = """
        {
          // Comments are allowed.
          "name": "shop",
          "parameters": {
            "order_id": { "kind": "zipf", "from": 1, "to": "5M", "skew": 1.2 },
            "state": { "kind": "list", "values": ["new", "paid"], "weights": [9, 1] },
            "next": { "kind": "expression", "value": ":order_id * 2 + 1" },
            "customer": { "kind": "csv", "file": "customers.csv" },
            "born": { "kind": "date", "from": "1960-01-01", "to": "2000-12-31" },
            "title": { "kind": "text", "pattern": "{{commerce.productName}}", "locale": "de", "different": 50 }
          },
          "scenarios": {
            "reads": {
              "operations": { "order_by_id": 3, "checkout": 1 },
              "warmUp": "1s", "maxInFlight": 50,
              "simulations": [ { "kind": "inject", "rate": 100, "during": "1m" } ]
            },
            "users": {
              "operations": { "order_by_id": 1 },
              "simulations": [ { "kind": "keepConstant", "copies": 8, "during": "30s" } ]
            }
          },
          "targets": [
            { "id": "SHOP-1", "title": "Orders in 50 ms", "scenario": "reads", "operation": "order_by_id",
              "statistic": "responseP95", "limit": 50, "direction": "atMost", "unit": "ms" }
          ]
        }
        """;

    public const string Sql = """
        -- name: order_by_id
        -- What a page asks for.
        select * from orders where id = :order_id and state = :state;

        -- name: checkout
        -- transaction
        -- result: made
        insert into orders (customer_id, state) values (:customer.id, 'it''s :new') returning id;
        update stock set left_over = left_over - 1 where order_id = :made.id and born > :born and title <> @title and n = :next::int;
        """;

    private readonly TemporaryDirectory _directory = new();

    public WorkloadFolder()
    {
        Write("workload.json", Json);
        Write("statements.sql", Sql);
        Write("customers.csv", "id,name\n1,\"Ann, with a comma\"\n2,\n");
    }

    public string Path => _directory.Path;

    public WorkloadFolder Write(string file, string text)
    {
        File.WriteAllText(System.IO.Path.Combine(Path, file), text);
        return this;
    }

    public WorkloadFolder Changed(string file, string good, string bad)
    {
        var text = File.ReadAllText(System.IO.Path.Combine(Path, file));
        Assert.Contains(good, text, StringComparison.Ordinal);
        return Write(file, text.Replace(good, bad, StringComparison.Ordinal));
    }

    public (Workload? Workload, IReadOnlyList<string> Faults) Read() => (WorkloadCatalog.Find(Path, out var faults), faults);

    public void Dispose() => _directory.Dispose();
}
