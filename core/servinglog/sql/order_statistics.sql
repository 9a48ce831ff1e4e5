-- The times of the answered calls at these shares of their order.
SELECT quantile_disc(answered_ms, CAST($shares AS DOUBLE[])) AS found
FROM chosen(
    $since, $until, CAST($modes AS VARCHAR[]), CAST($backends AS VARCHAR[]),
    models := CAST($models AS VARCHAR[])
)
