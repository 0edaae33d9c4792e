namespace KvmTraceLab.Analysis.Exits;

/// <summary>I/O ports: the PC's fixed assignments, and where QEMU's machines put theirs (docs/specs, hw/i386, hw/acpi).</summary>
internal static class PortNames
{
    private static readonly Dictionary<ulong, string> Single = new()
    {
        [0x20] = "PIC master", [0x21] = "PIC master mask", [0xa0] = "PIC slave", [0xa1] = "PIC slave mask", [0x43] = "PIT command", [0x60] = "keyboard data",
        [0x61] = "PIT gate and speaker", [0x64] = "keyboard status", [0x70] = "CMOS index", [0x71] = "CMOS data", [0x72] = "CMOS extended index",
        [0x73] = "CMOS extended data", [0x80] = "POST code", [0x92] = "A20 gate", [0xb2] = "APM control (SMI)", [0xb3] = "APM status", [0xe9] = "Bochs debug console",
        [0xed] = "I/O delay", [0xf4] = "QEMU debug exit (as tests set it)", [0x1f7] = "IDE primary status", [0x177] = "IDE secondary status", [0x3f6] = "IDE primary control",
        [0x376] = "IDE secondary control", [0x402] = "firmware debug console", [0x4d0] = "PIC master ELCR", [0x4d1] = "PIC slave ELCR", [0x501] = "QEMU debug exit",
        [0x505] = "pvpanic", [0x510] = "QEMU fw_cfg selector", [0x511] = "QEMU fw_cfg data", [0x600] = "ACPI PM1a event", [0x602] = "ACPI PM1a enable",
        [0x604] = "ACPI PM1a control", [0x608] = "ACPI PM timer", [0xb000] = "ACPI PM1a event (PIIX4)", [0xb002] = "ACPI PM1a enable (PIIX4)",
        [0xb004] = "ACPI PM1a control (PIIX4)", [0xb008] = "ACPI PM timer (PIIX4)", [0xcf8] = "PCI configuration address", [0xcf9] = "reset control",
        [0x3fd] = "COM1 line status", [0x2fd] = "COM2 line status", [0x5658] = "VMware back door", [0x5659] = "VMware back door (high bandwidth)",
    };

    private static readonly NamedRange[] Ranges =
    [
        new(0x00, 16, "DMA controller 1"), new(0x40, 3, "PIT channel {0}"), new(0x81, 15, "DMA page"), new(0xc0, 32, "DMA controller 2"), new(0x170, 8, "IDE secondary"),
        new(0x1f0, 8, "IDE primary"), new(0x278, 3, "LPT2"), new(0x2e8, 8, "COM4"), new(0x2f8, 8, "COM2"), new(0x378, 3, "LPT1"), new(0x3b0, 48, "VGA"),
        new(0x3e8, 8, "COM3"), new(0x3f0, 8, "floppy"), new(0x3f8, 8, "COM1"), new(0x514, 8, "QEMU fw_cfg DMA"), new(0x620, 16, "ACPI GPE0"), new(0x630, 8, "ICH9 SMI control"),
        new(0x660, 32, "ICH9 TCO watchdog"), new(0x700, 64, "SMBus"), new(0xa00, 24, "memory hotplug"), new(0xae00, 20, "PCI hotplug"), new(0xaf00, 32, "CPU hotplug (PIIX4)"),
        new(0xafe0, 4, "ACPI GPE0 (PIIX4)"), new(0xcc0, 24, "PCI hotplug (ICH9)"), new(0xcd8, 12, "CPU hotplug (ICH9)"), new(0xcfc, 4, "PCI configuration data"),
    ];

    public static string? Of(ulong port) => Single.GetValueOrDefault(port) ?? NamedRange.Find(Ranges, port);
}
