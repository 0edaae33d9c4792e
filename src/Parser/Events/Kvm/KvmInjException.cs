namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>An exception is injected (arch/x86/kvm/trace.h, kvm_inj_exception).</summary>
public readonly ref struct KvmInjException(EventRow row) : IKvmEvent<KvmInjException>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_inj_exception",
        plugin: "{exception:#DE=0|#DB=1|#BP=3|#OF=4|#BR=5|#UD=6|#NM=7|#DF=8|#TS=10|#NP=11|#SS=12|#GP=13|#PF=14|#MF=16|#AC=17|#MC=18|#XM=19|#XF=19|#VE=20|#CP=21|#HV=28|#VC=29|#SX=30}[?has_error| (0x{error_code:x})][?reinjected| \\[reinjected\\]]",
        older:
        [
            "\\[FAILED TO PARSE\\] exception={exception} has_error={has_error} error_code={error_code} reinjected={reinjected}",
            "\\[FAILED TO PARSE\\] exception={exception} has_error={has_error} error_code={error_code}",
        ],
        keys: "exception has_error error_code reinjected",
        fields: "exception has_error error_code reinjected");

    public static KvmInjException Over(EventRow row) => new(row);

    public int Exception => (int)row[0];

    public bool HasError => row[1] != 0;

    public uint ErrorCode => (uint)row[2];

    public bool Reinjected => row[3] != 0;
}
