namespace KvmTraceLab.Mmu.Bits;

/// <summary>The sentence both vendors' I/O decoders share.</summary>
internal static class IoText
{
    public static string Sentence(bool isIn, bool isString, bool isRep, int size, ushort port, string? operand)
    {
        string name = (isIn, isString) switch { (true, false) => "IN", (false, false) => "OUT", (true, true) => "INS", _ => "OUTS" };
        string device = port switch
        {
            0x20 or 0x21 or 0xa0 or 0xa1 => " (PIC)",
            >= 0x40 and <= 0x43 => " (PIT)",
            0x60 or 0x64 => " (keyboard controller)",
            0x70 or 0x71 => " (CMOS/RTC)",
            0x80 => " (POST code, used as a delay)",
            0x3f8 => " (serial port COM1)",
            0x510 or 0x511 => " (QEMU fw_cfg)",
            0x608 => " (ACPI PM timer on QEMU)",
            0xcf8 or (>= 0xcfc and <= 0xcff) => " (PCI configuration)",
            0x5658 => " (VMware back door)",
            _ => "",
        };
        return $"{(isRep ? "REP " : "")}{name} of {size} byte{(size == 1 ? "" : "s")} {(isIn ? "from" : "to")} port 0x{port:x}{device}{(operand is null ? "" : $", port given in {operand}")}.";
    }
}
