"""The intake, measured whole: one report of about 1 KB, validated, sealed, stored durably, 201."""
