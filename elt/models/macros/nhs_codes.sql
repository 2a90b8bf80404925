{# The words of the NHS Data Dictionary for a code; a code without them is an unknown code. #}
{% macro words_of(code, words) -%}
  cast(
    case {{ code }}
      {%- for each, meaning in words.items() %}
      when '{{ each }}' then '{{ meaning }}'
      {%- endfor %}
      else 'Unknown code'
    end as varchar)
{%- endmacro %}

{# How patients came. #}
{% macro admission_methods() -%}
  {{ return({
      '11': 'Elective: waiting list',
      '12': 'Elective: booked',
      '13': 'Elective: planned',
      '21': 'Emergency: emergency department',
      '22': 'Emergency: general practitioner',
      '2A': 'Emergency: emergency department of another provider',
      '31': 'Maternity: before delivery',
      '32': 'Maternity: after delivery',
      '81': 'Transfer from another provider, not an emergency',
  }) }}
{%- endmacro %}

{# Where patients went. #}
{% macro discharge_destinations() -%}
  {{ return({
      '19': 'Usual place of residence',
      '51': 'Ward of another NHS provider',
      '85': 'Care home outside the NHS',
  }) }}
{%- endmacro %}

{# What departments treat: the treatment functions with beds. #}
{% macro treatment_functions() -%}
  {{ return({
      '100': 'General surgery',
      '101': 'Urology',
      '107': 'Vascular surgery',
      '110': 'Trauma and orthopaedics',
      '120': 'Ear, nose and throat',
      '130': 'Ophthalmology',
      '150': 'Neurosurgery',
      '160': 'Plastic surgery',
      '170': 'Cardiothoracic surgery',
      '171': 'Paediatric surgery',
      '180': 'Emergency medicine',
      '192': 'Intensive care medicine',
      '300': 'General internal medicine',
      '301': 'Gastroenterology',
      '302': 'Endocrinology',
      '303': 'Clinical haematology',
      '314': 'Rehabilitation medicine',
      '315': 'Palliative medicine',
      '320': 'Cardiology',
      '326': 'Acute internal medicine',
      '328': 'Stroke medicine',
      '330': 'Dermatology',
      '340': 'Respiratory medicine',
      '350': 'Infectious diseases',
      '361': 'Renal medicine',
      '370': 'Medical oncology',
      '400': 'Neurology',
      '410': 'Rheumatology',
      '420': 'Paediatrics',
      '422': 'Neonatal critical care',
      '430': 'Elderly medicine',
      '501': 'Obstetrics',
      '502': 'Gynaecology',
      '560': 'Midwifery',
  }) }}
{%- endmacro %}
