using System.Security.Cryptography;
using System.Text;
using LoadHarness.Core.Input;
using LoadHarness.Core.Targets;
using LoadHarness.Workloads.Format;
using LoadHarness.Workloads.Parameters;
using LoadHarness.Workloads.Sql;

namespace LoadHarness.Workloads;

/// <summary>Reads a folder and finds everything that is wrong in its files, before anything runs.</summary>
internal sealed class WorkloadReader
{
    private const long LargestFile = 10_000_000;
    private const long LargestCsv = 2_000_000_000;
    private const int MostSqlFiles = 200;
    private const string Instead = "Give a folder as docs/your-workload.md shows it, or write one with workload init";

    private readonly string _folder;
    private readonly List<string> _errors = [];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private WorkloadReader(string folder) => _folder = folder;

    public static (Workload? Workload, IReadOnlyList<string> Faults) Read(string folder)
    {
        if (!Directory.Exists(folder)) return (null, [$"--workload '{folder}': there is no such folder. {Instead}."]);
        var reader = new WorkloadReader(folder);
        var workload = reader.Read();
        reader._hash.Dispose();
        return (reader._errors.Count == 0 ? workload : null, reader._errors);
    }

    private Workload? Read()
    {
        var path = Path.Combine(_folder, WorkloadFormat.FileName);
        if (Bytes(path, LargestFile) is not { } bytes) return null;
        var (file, faults) = WorkloadFormat.Read(bytes);
        Add(path, faults);
        // The statements are looked at all the same: all faults are told at once.
        var scripts = new[] { file?.SetUp, file?.CleanUp }.OfType<string>()
            .Select(name => Path.GetFullPath(name, Path.GetFullPath(_folder)))
            .ToHashSet(StringComparer.Ordinal);
        var statements = file is null ? [] : Statements(scripts);
        if (file is null) return null;
        var workload = new Workload(
            _folder, file, statements, Script(file.SetUp, "setUp"), Script(file.CleanUp, "cleanUp"), Checksum: "")
        {
            Csv = CsvFiles(file),
        };
        Add(path, [.. WorkloadRules.Faults(workload)]);
        _errors.AddRange(TargetFile.Errors(workload.Targets, path, workload.Operations));
        return workload with { Checksum = Convert.ToHexStringLower(_hash.GetHashAndReset())[..12] };
    }

    private Dictionary<string, NamedStatements> Statements(HashSet<string> scripts)
    {
        var found = new Dictionary<string, NamedStatements>(StringComparer.Ordinal);
        var files = Directory.EnumerateFiles(_folder, "*.sql").Where(file => !scripts.Contains(Path.GetFullPath(file)))
            .Order(StringComparer.Ordinal).Take(MostSqlFiles + 1).ToList();
        if (files.Count == 0) _errors.Add($"{_folder}: it holds no .sql file with statements. {Instead}.");
        if (files.Count > MostSqlFiles) _errors.Add($"{_folder}: it holds more than {MostSqlFiles} .sql files. Put them together.");
        foreach (var file in files.Take(MostSqlFiles))
        {
            if (Bytes(file, LargestFile) is not { } bytes) continue;
            var (operations, faults) = StatementFile.Read(bytes, Path.GetFileName(file));
            Add(file, faults);
            foreach (var operation in operations)
                if (!found.TryAdd(operation.Name, operation) && found[operation.Name].File != operation.File)
                    _errors.Add(
                        $"{file}: line {operation.Line}: -- name: "
                            + $"{operation.Name} stands in {found[operation.Name].File} too. Rename one.");
        }

        return found;
    }

    private IReadOnlyList<SqlStatement> Script(string? name, string field)
    {
        if (name is null) return [];
        if (Inside(name, field) is not { } path || Bytes(path, LargestFile) is not { } bytes) return [];
        var (statements, faults) = StatementFile.ReadScript(bytes);
        Add(path, faults);
        return statements;
    }

    private Dictionary<string, RowSet> CsvFiles(WorkloadFile file)
    {
        var rows = new Dictionary<string, RowSet>(StringComparer.Ordinal);
        foreach (var (name, parameter) in (file.Parameters ?? new Dictionary<string, ParameterFile>())
            .Where(parameter => parameter.Value is { Kind: ParameterKind.Csv, File: not null }))
            if (CsvOf(parameter, $"parameters.{name}.file") is { } set) rows[name] = set;
        return rows;
    }

    private RowSet? CsvOf(ParameterFile parameter, string field)
    {
        if (Inside(parameter.File!, field) is not { } path) return null;
        if (Bytes(path, LargestCsv) is not { } bytes) return null;
        try
        {
            using var text = new StreamReader(new MemoryStream(bytes), new UTF8Encoding(false, throwOnInvalidBytes: true));
            return CsvRows.Read(text, parameter.MostRows ?? RowQuery.UsuallyMostRows);
        }
        catch (FormatException wrong)
        {
            _errors.Add($"{path}: {wrong.Message}. Correct it.");
        }
        catch (DecoderFallbackException)
        {
            _errors.Add($"{path}: it is no UTF-8 text. Save it as UTF-8.");
        }

        return null;
    }

    // A workload that is passed on must be whole, and one from elsewhere must not read what lies outside.
    private string? Inside(string name, string field)
    {
        var folder = Path.GetFullPath(_folder);
        var root = Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar;
        if (name.Length > 0 && !name.Contains('\0', StringComparison.Ordinal)
            && Path.GetFullPath(name, root).StartsWith(root, StringComparison.Ordinal)) return Path.Combine(_folder, name);
        _errors.Add($"{Path.Combine(_folder, WorkloadFormat.FileName)}: {field}: '{StatementReader.Short(name)}' lies outside the folder. "
            + "Give the name of a file in it.");
        return null;
    }

    private byte[]? Bytes(string path, long largest)
    {
        var (bytes, fault) = InputFile.Read(path, largest, Instead);
        if (fault is not null)
        {
            Add(path, [fault]);
            return null;
        }

        _hash.AppendData(Encoding.UTF8.GetBytes(Path.GetFileName(path)));
        _hash.AppendData(bytes);
        return bytes;
    }

    private void Add(string path, IReadOnlyList<InputFault> faults) => _errors.AddRange(InputFault.Lines(path, faults));
}
